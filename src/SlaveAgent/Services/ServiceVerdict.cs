using System.Collections.Immutable;

namespace SlaveAgent.Services;

/// <summary>What the services are like, and what is to be requested because of it.</summary>
/// <param name="Wanted">The requests, in their order; each may be left out for a while after it was sent.</param>
/// <param name="IsChangeInForce">chmpx runs as its unit says now, or will when it is started.</param>
public sealed record ServiceVerdict(ImmutableArray<UnitAction> Wanted, ImmutableArray<UnitFinding> Findings, bool IsChangeInForce);
