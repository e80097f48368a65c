using SlaveAgent.Chmpx;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Tests.Reconciling;

/// <summary>Servers and systemd whose answers a test sets; counts the questions.</summary>
internal sealed class PretendedInquiries : IRingInquiries
{
    /// <summary>The names of the servers that every server shows up; null: none answers.</summary>
    public IReadOnlyList<string>? Up { get; set; } = [];

    public bool IsReachable { get; set; }

    public int? Dependents { get; set; } = 0;

    public int PeerQuestions { get; private set; }

    public int Probes { get; private set; }

    public Task<PeerReport?> AskPeerAsync(IniDocument ini, NodeKey server, CancellationToken cancel)
    {
        PeerQuestions++;
        return Task.FromResult(Up is null ? null : new PeerReport(server, [.. Up.Select(name => new NodeKey($"cuk-{name}", 8021))]));
    }

    public Task<bool> ProbeAsync(IniDocument ini, CancellationToken cancel)
    {
        Probes++;
        return Task.FromResult(IsReachable);
    }

    public Task<int?> CountDependentsAsync(CancellationToken cancel) => Task.FromResult(Dependents);
}
