using SlaveAgent.Files;

namespace SlaveAgent.Status;

/// <summary>The metrics of the agent at work, in memory-backed /run, readable by everybody: node_exporter's textfile collector reads it through a link.</summary>
internal static class MetricsFile
{
    private const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(HostRoot root, AgentStatus status, DateTimeOffset now)
    {
        var path = root.Agent.MetricsFile;
        Directories.MakeOwn(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, MetricsText.Of(status, now), ReadableByAll, durable: false);
    }

    /// <returns>Null where there is none.</returns>
    public static string? TryRead(HostRoot root) => RegularFile.TryRead(root.Agent.MetricsFile);
}
