namespace SlaveAgent.Sandbox.Viewing;

/// <param name="Outage">How it fails, in words; null: it answers.</param>
/// <param name="Listed">Servers on its list.</param>
internal sealed record K2hr3View(string? Outage, int Listed);
