using SlaveAgent.Chmpx;

namespace SlaveAgent.Tests.Support;

/// <summary>A chmpx that answers with one process's number, or not at all while that is null.</summary>
internal sealed class FakeControlPort(Func<int?> pid) : IControlPort
{
    public ValueTask<RingView?> PollAsync(int port, CancellationToken cancel) =>
        ValueTask.FromResult(pid() is { } answers ? new RingView(1, []) { Process = new ChmpxProcess(answers, 1) } : null);
}
