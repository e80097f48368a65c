using System.Globalization;
using SlaveAgent.Chmpx;
using SlaveAgent.Files;

namespace SlaveAgent.Configuration;

/// <summary>What became of one generation, or of a configuration that was refused.</summary>
/// <param name="Generation">Its number; null where it was refused.</param>
/// <param name="At">When it was written, or first refused, by this host's clock.</param>
public sealed record GenerationEntry(int? Generation, DateTimeOffset At, GenerationCause Cause)
{
    private const int MostOthers = 10;
    private const int LongestReason = 500;

    /// <summary>The generation in place before; null without one.</summary>
    public int? Was { get; init; }

    /// <summary>How many servers it lists.</summary>
    public int Servers { get; init; }

    public NameList Added { get; init; } = NameList.Empty;

    public NameList Removed { get; init; } = NameList.Empty;

    public NameList Changed { get; init; } = NameList.Empty;

    /// <summary>What else differs from the one before, such as <c>[GLOBAL] GROUP</c>.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    /// <summary>Seconds until chmpx had loaded it; null until then.</summary>
    public double? LoadedAfterSeconds { get; init; }

    /// <summary>Seconds until this host was connected with it; null until then.</summary>
    public double? ConnectedAfterSeconds { get; init; }

    /// <summary>A stable code of why it was refused; null where it was written.</summary>
    public string? Reason { get; init; }

    /// <summary>Why it was refused, for people.</summary>
    public string? Message { get; init; }

    /// <summary>So many in a row said the same; this is the last of them.</summary>
    public int Times { get; init; } = 1;

    /// <param name="before">What it replaces; null without one.</param>
    public static GenerationEntry Written(int generation, DateTimeOffset at, GenerationCause cause, IniDocument? before, IniDocument now)
    {
        var difference = IniDifference.Of(before, now);
        return new GenerationEntry(generation, at, cause)
        {
            Was = before?.FileVersion,
            Servers = now.ServerNodes.All.Length,
            Added = NameList.Of(difference.Added),
            Removed = NameList.Of(difference.Removed),
            Changed = NameList.Of(difference.Changed),
            Others = [.. difference.Others.Take(MostOthers).Select(other => Printable.Cut(other, NameList.Longest))],
        };
    }

    public static GenerationEntry Refused(DateTimeOffset at, GenerationCause cause, string reason, string message) =>
        new(null, at, cause) { Reason = reason, Message = Printable.Cut(message, LongestReason) };

    /// <summary>Both are of the same cause and did the same, whatever their numbers and times are.</summary>
    public bool SaysTheSame(GenerationEntry other) => Cause == other.Cause && Servers == other.Servers && Reason == other.Reason && Message == other.Message
        && Added.SaysTheSame(other.Added) && Removed.SaysTheSame(other.Removed) && Changed.SaysTheSame(other.Changed) && Others.SequenceEqual(other.Others);

    /// <summary>What changed, for people, such as <c>+server-4, -server-2</c>.</summary>
    public string Difference
    {
        get
        {
            var parts = Signed('+', Added).Concat(Signed('-', Removed)).Concat(Signed('~', Changed)).Concat(Others.Select(other => $"~{other}")).ToList();
            return Was is null && Added.Count == Servers ? CountOf(Servers) : parts.Count == 0 ? "the same content" : string.Join(", ", parts);
        }
    }

    /// <summary>Why it was written, for people.</summary>
    public string CauseText => Cause switch
    {
        GenerationCause.Poll => "K2HR3 poll",
        GenerationCause.Sighup => "SIGHUP",
        _ => Cause.ToString().ToLowerInvariant(),
    };

    /// <summary>One line for the journal, such as <c>generation 7: +server-4, -server-2 (K2HR3 poll); was 6</c>.</summary>
    public string Line => string.Create(CultureInfo.InvariantCulture, $"generation {Generation}: {Difference} ({CauseText}){(Was is { } was ? $"; was {was}" : string.Empty)}");

    private static string CountOf(int servers) => servers == 1 ? "1 server" : string.Create(CultureInfo.InvariantCulture, $"{servers} servers");

    private static IEnumerable<string> Signed(char sign, NameList list) => list.Names.Select(name => $"{sign}{name}")
        .Concat(list.Count > list.Names.Count ? [string.Create(CultureInfo.InvariantCulture, $"{sign}{list.Count - list.Names.Count} more")] : []);
}
