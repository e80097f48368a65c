using SlaveAgent.GuestTests.Packages;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.GuestTests.Guests;

/// <summary>In what a <see cref="World"/> differs from the usual one.</summary>
internal sealed record WorldPlan
{
    /// <summary>Who made the cluster's roles; by default their lists name packages and units.</summary>
    public RoleMaker Maker { get; init; } = RoleMaker.Cli;

    /// <summary>Keys of the slaves' resource, over the ones DBaaS fills.</summary>
    public IReadOnlyDictionary<string, string> SlaveKeys { get; init; } = new Dictionary<string, string>();

    /// <summary>Makes the role that the host is launched into; without it, the slaves' of the cluster.</summary>
    public Func<K2hr3Service, Yrn>? Role { get; init; }

    /// <summary>chmpx and the servers are the real ones of this machine's, in place of the stand-ins.</summary>
    public bool IsReal { get; init; }

    /// <summary>The guest says that it is a Rocky Linux, and has dnf and no apt.</summary>
    public bool HasDnf { get; init; }

    /// <summary>The guest has needrestart, which after each transaction of apt's restarts by itself what runs on replaced files.</summary>
    public bool HasNeedrestart { get; init; }

    /// <summary>The host includes the script under a name of the operator's, and not K2HR3's one for all roles.</summary>
    public bool UsesExtData { get; init; }

    /// <summary>The checksum in the script, which then fetches the agent's package from its address; without it, from the apt repository.</summary>
    public string? PackageSha256 { get; init; }

    /// <summary>Which of the repositories has the agent's package.</summary>
    public string AgentRepository { get; init; } = PackageRepository.Agent;

    /// <summary>How long the script tries to bring the package; as shipped.</summary>
    public TimeSpan StepTimeout { get; init; } = TimeSpan.FromMinutes(15);
}
