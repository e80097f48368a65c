namespace SlaveAgent.Status;

/// <summary>How full the ring is, by the last accepted resource.</summary>
/// <param name="Slaves">That the resource lists, this one included; an entry that is a pattern counts as one.</param>
/// <param name="Places">MAXCHMPX: beyond that slaves cannot connect.</param>
/// <param name="IsNearlyFull">From 80 % on.</param>
public sealed record RoomStatus(int Servers, int Slaves, int Places, bool IsNearlyFull);
