namespace SlaveAgent.Benchmarks.Fleet;

/// <param name="Heard">Hosts that K2HR3 answered.</param>
/// <param name="AllHeard">How long it took until the last of them had its first answer, to a second.</param>
/// <param name="Configured">Hosts that have a configuration from K2HR3 since their start.</param>
/// <param name="Late">Answers to callers that had given up.</param>
/// <param name="LongestQueue">Requests that waited at once.</param>
internal sealed record FleetCount(int Heard, TimeSpan AllHeard, int Configured, int Late, int LongestQueue);
