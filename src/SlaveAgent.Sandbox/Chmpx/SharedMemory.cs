namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>What a chmpx's shared memory holds at one moment: all that its control port prints.</summary>
internal sealed record SharedMemory(
    string Group, string IdType, bool IsRandom, int Revision, long Date, bool IsServer, NodeStatus Self, IReadOnlyList<NodeStatus> Servers,
    MessageQueues Queues, DateTimeOffset Started, int ProcessId, string Directory, int Slaves, bool HasClients)
{
    public string FileName => $"{Group}-{Self.Node.ControlPort}.chmpx";
}
