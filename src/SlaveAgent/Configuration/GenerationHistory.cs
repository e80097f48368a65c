namespace SlaveAgent.Configuration;

/// <summary>The last generations and refusals, the oldest first; of bounded length. Each change is a new object, or the same where there is nothing to change. Pure.</summary>
public sealed record GenerationHistory(IReadOnlyList<GenerationEntry> Entries)
{
    /// <summary>Rises when a field goes or changes its meaning; new fields may come at any time.</summary>
    public const int CurrentSchema = 1;

    /// <summary>So many entries are kept.</summary>
    public const int Most = 200;

    public static GenerationHistory Empty { get; } = new([]);

    public int Schema { get; init; } = CurrentSchema;

    /// <summary>What was last written under this number; null where nothing is known of it.</summary>
    public GenerationEntry? Find(int generation) => Entries.LastOrDefault(entry => entry.Generation == generation);

    /// <summary>
    /// With a generation that was written. The third of a row that says the same takes the place of the second: two programs that write in turns, or a chmpx that
    /// never loads, must not push all else out.
    /// </summary>
    public GenerationHistory With(GenerationEntry entry)
    {
        var repeats = Entries.Count >= 2 && Entries[^1].Generation is not null && Entries[^1].SaysTheSame(entry) && Entries[^2].SaysTheSame(entry);
        return repeats
            ? this with { Entries = [.. Entries.SkipLast(1), entry with { Times = Entries[^1].Times + 1 }] }
            : this with { Entries = [.. Entries.Skip(Entries.Count + 1 - Most), entry] };
    }

    /// <summary>With a refusal, once for each distinct one since the last generation.</summary>
    public GenerationHistory WithRefusal(GenerationEntry refusal) =>
        Entries.Reverse().TakeWhile(entry => entry.Generation is null).Any(entry => entry.Reason == refusal.Reason && entry.Message == refusal.Message) ? this : With(refusal);

    /// <summary>With what was observed of a generation in place: chmpx has loaded it.</summary>
    /// <param name="found">What to enter where nothing is known of that generation.</param>
    /// <param name="since">Since it was written, where the one who observes it wrote it; null: by the clock.</param>
    public GenerationHistory WithLoaded(GenerationEntry found, TimeSpan? since, bool isConnected)
    {
        if (Find(found.Generation!.Value) is not { } entry)
        {
            return With(found);
        }

        // By the clock it may have been written in the future.
        var seconds = Math.Max(0, Math.Round((since ?? found.At - entry.At).TotalSeconds, 3));
        var completed = entry.Cause == GenerationCause.Found ? entry : entry with
        {
            LoadedAfterSeconds = entry.LoadedAfterSeconds ?? seconds,
            ConnectedAfterSeconds = entry.ConnectedAfterSeconds ?? (isConnected ? seconds : null),
        };
        return completed == entry ? this : this with { Entries = [.. Entries.Select(other => ReferenceEquals(other, entry) ? completed : other)] };
    }
}
