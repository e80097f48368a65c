using System.Text.Json;
using SlaveAgent.Files;

namespace SlaveAgent.Configuration;

/// <summary>
/// The history of the generations on disk. Its writers hold the lock by which configurations are written, so that no entry of another process is lost. What cannot be
/// written now is kept until it can; nothing that is wrong with the file is an error for its writer.
/// </summary>
/// <param name="mode">The configuration's: its servers' names are not more readable here.</param>
public sealed class HistoryFile(string path, UnixFileMode mode)
{
    /// <summary>The oldest entries go before it grows beyond this, in characters.</summary>
    private const int MostWritten = 256 * 1024;

    /// <summary>A larger file is not the agent's, in bytes.</summary>
    private const int MostRead = 1024 * 1024;

    /// <summary>So many changes wait for room on a full disk; of more the oldest are given up.</summary>
    private const int MostPending = 50;

    private readonly Queue<Func<GenerationHistory, GenerationHistory>> _pending = new();

    /// <summary>There are changes that are not on disk.</summary>
    public bool HasPending => _pending.Count > 0;

    /// <returns>Null where the file is none of this schema; empty without a file.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static GenerationHistory? Read(string path)
    {
        if (FileStatus.Of(path) is not { } status)
        {
            return GenerationHistory.Empty;
        }

        if (status.Kind != FileKind.Regular || status.Version.Size > MostRead)
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), ConfigurationJson.Default.GenerationHistory) is { Schema: GenerationHistory.CurrentSchema } history && IsWhole(history) ? history : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static string Write(GenerationHistory history) => JsonSerializer.Serialize(history, ConfigurationJson.Default.GenerationHistory);

    /// <summary>A change for the next <see cref="Flush"/>.</summary>
    public void Add(Func<GenerationHistory, GenerationHistory> change)
    {
        if (_pending.Count == MostPending)
        {
            _pending.Dequeue();
        }

        _pending.Enqueue(change);
    }

    /// <summary>Writes what is pending, if that changes anything; who calls it holds the lock. What fails is tried again with the next change.</summary>
    public void Flush()
    {
        try
        {
            var before = Read(path) ?? SetAside();
            var history = _pending.Aggregate(before, (history, change) => change(history));
            if (!ReferenceEquals(history, before))
            {
                Directories.MakeOwn(Path.GetDirectoryName(path)!);
                AtomicFile.Write(path, Bounded(history), mode, keepOwner: false);
            }

            _pending.Clear();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A full disk must not hold up the agent, and the configuration is more important than its history.
        }
    }

    private static string Bounded(GenerationHistory history)
    {
        while (true)
        {
            var text = Write(history);
            if (text.Length <= MostWritten || history.Entries.Count <= 1)
            {
                return text;
            }

            history = history with { Entries = [.. history.Entries.Skip(1 + (history.Entries.Count / 10))] };
        }
    }

    private GenerationHistory SetAside()
    {
        // Whatever it is: a rename takes a directory or a link as well.
        return Posix.Rename(Posix.CurrentDirectory, path, Posix.CurrentDirectory, $"{path}.broken", 0) == 0
            ? GenerationHistory.Empty
            : throw new IOException($"{path} is no history and cannot be moved away");
    }

    /// <summary>JSON may leave out what cannot be null here.</summary>
    private static bool IsWhole(GenerationHistory history) => history.Entries is { } entries && entries.All(entry =>
        entry is { Added: { } added, Removed: { } removed, Changed: { } changed, Others: { } others }
        && others.All(other => other is not null)
        && new[] { added, removed, changed }.All(list => list.Names is { } names && names.All(name => name is not null))
        && entry.Generation is null == entry.Message is not null);
}
