using System.Collections.Immutable;
using SlaveAgent.Hosting;

namespace SlaveAgent.Services;

/// <summary>All that the plan for the services is based on, as values.</summary>
/// <param name="Units">The role's units, to run in this order.</param>
/// <param name="Observed">What systemd says of them, and of chmpx's unit.</param>
/// <param name="Chmpx">The unit that runs chmpx; null where the agent does not prepare it.</param>
/// <param name="Change">The last change to how chmpx's unit is to run; null while there was none in this boot.</param>
/// <param name="ArePackagesInstalled">A unit that does not exist now will not come with a package either.</param>
public sealed record ServiceSituation(
    ImmutableArray<string> Units, ImmutableDictionary<string, UnitStatus> Observed, string? Chmpx, UnitChange? Change, bool ArePackagesInstalled)
{
    /// <summary>Oneshots that were started in this boot: systemd forgets one that nothing else names as soon as it has ended well.</summary>
    public ImmutableHashSet<string> Done { get; init; } = [];
}
