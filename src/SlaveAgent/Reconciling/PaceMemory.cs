using SlaveAgent.Files;

namespace SlaveAgent.Reconciling;

/// <summary>The pace that K2HR3 allows, kept over reboots: after a power cut the whole fleet starts in one minute. There is no file while K2HR3 is at ease.</summary>
/// <param name="root">Null: it is kept no longer than this object.</param>
public sealed class PaceMemory(HostRoot? root)
{
    /// <summary>It is written no more often than it changes by so much; a poll that finds the usual pace writes nothing.</summary>
    private const double Difference = 1.5;

    private readonly string? _path = root?.Agent.K2hr3Pace;

    /// <summary>Null while K2HR3 was at ease.</summary>
    public TimeSpan? Kept { get; private set; } = root is null ? null : Load(root.Agent.K2hr3Pace);

    /// <param name="pace">Null: K2HR3 is at ease.</param>
    public void Note(TimeSpan? pace)
    {
        if (pace is null ? Kept is null : Kept is { } before && pace < before * Difference && pace > before / Difference)
        {
            return;
        }

        try
        {
            if (_path is null)
            {
                Kept = pace;
                return;
            }

            if (pace is { } loaded)
            {
                StateFile.Save(_path, new KeptPace(Math.Round(loaded.TotalSeconds, 1)), ReconcilingJson.Default.KeptPace);
            }
            else
            {
                RegularFile.Delete(_path);
            }

            Kept = pace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A disk that is full or read-only: the next start learns it from its first answers.
        }
    }

    private static TimeSpan? Load(string path) =>
        StateFile.TryLoad(path, ReconcilingJson.Default.KeptPace) is { Seconds: > 0 and < 86400 } kept ? TimeSpan.FromSeconds(kept.Seconds) : null;
}
