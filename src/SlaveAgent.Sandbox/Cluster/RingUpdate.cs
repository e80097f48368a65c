namespace SlaveAgent.Sandbox.Cluster;

/// <summary>A line from a server to a slave it admitted: members of the ring, all of them in the first line, afterwards those whose status changed.</summary>
public sealed record RingUpdate(IReadOnlyList<RingMember> Members);
