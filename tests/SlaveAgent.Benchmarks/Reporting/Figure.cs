namespace SlaveAgent.Benchmarks.Reporting;

/// <summary>One row of the table.</summary>
/// <param name="Limit">What it is to be at most; null where that is no number.</param>
/// <param name="Measured">In the unit's words, with what else belongs to it.</param>
/// <param name="IsMet">Null where nothing was promised.</param>
internal sealed record Figure(string Name, string Limit, string Measured, bool? IsMet);
