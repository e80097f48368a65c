using SlaveAgent.Files;

namespace SlaveAgent.Status;

/// <summary>The status of the agent at work, in memory-backed /run, readable by everybody.</summary>
internal static class StatusFile
{
    private const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(HostRoot root, AgentStatus status)
    {
        var path = root.Agent.StatusFile;
        Directories.MakeOwn(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, StatusJson.Write(status), ReadableByAll, durable: false);
    }

    /// <returns>Null where there is none that can be relied on: the process that wrote it is not at work any more, or another one is.</returns>
    public static AgentStatus? TryReadOfLiving(HostRoot root) => TryRead(root) is { } status && IsAtWork(root, status.Pid) ? status : null;

    /// <summary>
    /// What a bootstrap left behind that has ended: on a role that is no slave node's there is no daemon after it. A connection is never told of in this way.
    /// </summary>
    /// <returns>Null where there is none, or somebody is at work.</returns>
    public static AgentStatus? TryReadOfOtherRole(HostRoot root) =>
        TryRead(root) is { Connection.State: ConnectionStates.NotASlave } status && AtWork(root) is null ? status : null;

    private static AgentStatus? TryRead(HostRoot root) => RegularFile.TryRead(root.Agent.StatusFile) is { } text ? StatusJson.TryRead(text) : null;

    // On a full disk the number of whoever holds the lock could not be written down.
    private static bool IsAtWork(HostRoot root, int pid) => AtWork(root) is { } holder
        ? holder == pid
        : Posix.IsAlive(pid) && (FileLock.IsHeld(root.Agent.DaemonLock) || FileLock.IsHeld(root.Agent.BootstrapLock));

    // Beside a daemon a bootstrap keeps no status file.
    private static int? AtWork(HostRoot root) =>
        FileLock.LivingHolderOf(root.Agent.DaemonLock) ?? FileLock.LivingHolderOf(root.Agent.BootstrapLock);
}
