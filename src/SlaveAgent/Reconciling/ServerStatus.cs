namespace SlaveAgent.Reconciling;

/// <param name="State"><c>connected</c>, <c>up</c> (no connection), <c>down</c>, <c>absent</c> (listed, not in the ring) or <c>unlisted</c>.</param>
public sealed record ServerStatus(string Name, string Cuk, int ControlPort, string State);
