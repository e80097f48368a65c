using SlaveAgent.Chmpx;
using SlaveAgent.Ring;

namespace SlaveAgent.Tests.Support;

/// <summary>Answers of servers to ALLSTATUS, as they are read.</summary>
internal static class PeerReports
{
    /// <param name="up">The names of the servers that are up; the CUK is <c>cuk-</c> and the name.</param>
    public static PeerReport Of(NodeKey from, params string[] up) => At(from, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, up);

    /// <param name="at">When it was taken.</param>
    /// <param name="updated">When the server last heard of the others.</param>
    public static PeerReport At(NodeKey from, DateTimeOffset at, DateTimeOffset updated, params string[] up) => new(
        from,
        new RingStatusReport("ring", [.. up.Select(name => new ReportedServer(
            name, 8020, 8021, $"cuk-{name}", InService: true, IsUp: true, ServerAction.None, ServerOperation.Nothing, IsSuspended: false, updated, 0, 0))]),
        at);
}
