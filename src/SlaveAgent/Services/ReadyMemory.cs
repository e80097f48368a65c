using SlaveAgent.Files;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Services;

/// <summary>What was observed in this boot, kept in /run: what was active once is never started again, for somebody may have stopped it.</summary>
/// <param name="IsTargetDone">The ready target was active.</param>
/// <param name="Done">Units that require it and were seen to have been started.</param>
public sealed record ReadyMemory(bool IsTargetDone, IReadOnlyList<string> Done)
{
    /// <summary>Since the host's boot; what was started before does not count, because it went with a connection that was lost (<c>ready.follow</c>).</summary>
    public TimeSpan Since { get; init; }

    /// <summary>The target was requested to stop, and was not seen stopped yet: that it is active says nothing.</summary>
    public bool IsLeaving { get; init; }

    public static ReadyMemory Empty { get; } = new(false, []);

    public static ReadyMemory Load(HostRoot root) =>
        StateFile.TryLoad(root.Agent.ReadyMemory, ServicesJson.Default.ReadyMemory) is { Done: not null } kept ? kept : Empty;

    /// <summary>The target is stopped because the host leaves its role, and is to come back, with what requires it, once the host is in a role again.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Reset(HostRoot root, TimeProvider time) => (Empty with { Since = time.GetElapsedTime(0) }).Save(root);

    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Save(HostRoot root) => StateFile.Save(root.Agent.ReadyMemory, this, ServicesJson.Default.ReadyMemory);

    public bool SaysTheSame(ReadyMemory other) => IsTargetDone == other.IsTargetDone && Since == other.Since && IsLeaving == other.IsLeaving && Done.SequenceEqual(other.Done);
}
