namespace SlaveAgent.Reconciling;

/// <summary>What works at its own pace and waits for no other: at most one controller of a lane runs at a time, and those of different lanes run beside each other.</summary>
public enum Lane
{
    /// <summary>All requests to K2HR3, one after the other.</summary>
    K2hr3,

    /// <summary>The package manager, which may take hours.</summary>
    Packages,

    /// <summary>systemd's units.</summary>
    Services,

    /// <summary>The ready target, and what requires it.</summary>
    Ready,

    /// <summary>chmpx's control port and the configuration file.</summary>
    Connection,

    /// <summary>The unit that runs the hooks.</summary>
    Hooks,

    /// <summary>What this host is called, by the resolver.</summary>
    OwnName,
}
