namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>A snapshot of a chmpx's shared memory: everything its control port prints.</summary>
internal sealed record SharedMemory(
    string Group, string IdType, bool IsRandom, int Revision, long Date, bool IsServer, NodeStatus Self, IReadOnlyList<NodeStatus> Servers,
    MessageQueues Queues, DateTimeOffset Started, int ProcessId, string Directory, int Slaves, bool HasClients)
{
    public string FileName => $"{Group}-{Self.Node.ControlPort}.chmpx";
}
