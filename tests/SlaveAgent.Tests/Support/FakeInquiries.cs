using SlaveAgent.Chmpx;
using SlaveAgent.Connection;
using SlaveAgent.Ring;

namespace SlaveAgent.Tests.Support;

/// <summary>Servers and systemd whose answers a test sets; counts the questions.</summary>
internal sealed class FakeInquiries(TimeProvider? time = null) : IRingInquiries
{
    private TimeProvider Time { get; } = time ?? TimeProvider.System;

    /// <summary>The names of the servers that every server shows up; null: none answers.</summary>
    public IReadOnlyList<string>? Up { get; set; } = [];

    /// <summary>Ports of servers accept connections, also of those that are not <see cref="Up"/>.</summary>
    public bool IsReachable { get; set; }

    public int? Dependents { get; set; } = 0;

    public int PeerQuestions { get; private set; }

    public int Probes { get; private set; }

    public Task<PeerReport?> AskPeerAsync(IniDocument ini, NodeKey server, CancellationToken cancel)
    {
        PeerQuestions++;
        return Task.FromResult(Up is null ? null : PeerReports.At(server, Time.GetUtcNow(), DateTimeOffset.UnixEpoch, [.. Up]));
    }

    public Task<bool> ProbeAsync(IniDocument ini, IReadOnlySet<NodeKey> servers, CancellationToken cancel)
    {
        Probes++;
        return Task.FromResult(IsReachable || ini.ServerNodes.All.Any(node => servers.Contains(node.Key) && Up?.Contains(node.Name) is true));
    }

    /// <summary>The CUKs of the servers that were asked to tell the ring their status again.</summary>
    public IList<string> StatusRequests { get; } = [];

    public Task<UpdateStatusReply?> RequestStatusAsync(IniDocument ini, NodeKey server, CancellationToken cancel)
    {
        StatusRequests.Add(server.Cuk);
        return Task.FromResult<UpdateStatusReply?>(UpdateStatusReply.Sent);
    }

    public UnitReport? Unit { get; set; }

    public Task<UnitReport?> ShowUnitAsync(CancellationToken cancel) => Task.FromResult(Unit);

    public Task<int?> CountDependentsAsync(CancellationToken cancel) => Task.FromResult(Dependents);
}
