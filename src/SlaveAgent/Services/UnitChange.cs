namespace SlaveAgent.Services;

/// <summary>The agent's drop-in for chmpx's unit came, went or was changed; kept in /run until chmpx was started after it.</summary>
/// <param name="At">Since the host's boot.</param>
/// <param name="NeedsRestart">It came or went: chmpx may run through its packaged helper, or without it. One that was only changed waits for chmpx's next start.</param>
/// <param name="IsDirect">From then on chmpx is to run without its helper.</param>
public sealed record UnitChange(TimeSpan At, bool NeedsRestart, bool IsDirect);
