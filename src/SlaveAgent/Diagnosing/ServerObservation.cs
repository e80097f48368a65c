using SlaveAgent.Chmpx;

namespace SlaveAgent.Diagnosing;

/// <summary>What was found out of one server of the configuration.</summary>
/// <param name="Name">As the configuration has it.</param>
/// <param name="Address">The first of its addresses; null where its name does not resolve.</param>
/// <param name="Here">As the local chmpx shows it; null where it does not.</param>
/// <param name="IsDataPortOpen">Null where it was not tried.</param>
/// <param name="Control">What its control port replied; null where it was not asked, or none of its addresses is known.</param>
/// <param name="Ring">As another server shows it; null where none was asked or it shows no such server.</param>
internal sealed record ServerObservation(string Name, string? Address, RingServer? Here, bool? IsDataPortOpen, ServerReply? Control, ReportedServer? Ring);
