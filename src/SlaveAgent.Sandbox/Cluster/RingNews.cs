namespace SlaveAgent.Sandbox.Cluster;

/// <summary>A line from a server to a slave it let in: all members of the ring, told again at each change.</summary>
public sealed record RingNews(IReadOnlyList<RingMember> Members);
