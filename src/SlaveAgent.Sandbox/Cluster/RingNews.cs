namespace SlaveAgent.Sandbox.Cluster;

/// <summary>A line from a server to a slave it admitted: members of the ring. All of them in the first one, later those whose status changed.</summary>
public sealed record RingNews(IReadOnlyList<RingMember> Members);
