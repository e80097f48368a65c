namespace SlaveAgent.Reconciling;

/// <summary>Stable codes of what a step found, for programs; the message beside them is for people and may be reworded.</summary>
public static class ReasonCodes
{
    /// <summary>The user that chmpx is to run as does not exist; only bootstrap, which is not hardened, can create it.</summary>
    public const string ChmpxUserMissing = "chmpx-user-missing";

    /// <summary>Whether the user that chmpx is to run as exists could not be found out.</summary>
    public const string ChmpxUserUnknown = "chmpx-user-unknown";

    /// <summary>The group that chmpx shares its files with does not exist; only bootstrap, which is not hardened, can create it.</summary>
    public const string ChmpxGroupMissing = "chmpx-group-missing";

    /// <summary>Whether the group that chmpx shares its files with exists could not be found out.</summary>
    public const string ChmpxGroupUnknown = "chmpx-group-unknown";

    /// <summary>The role is no slave node's, so there is nothing to configure; see the outcome for whether that is confirmed.</summary>
    public const string NotASlave = "not-a-slave";

    /// <summary>The role of a host that has been a slave node, or its leave to read its resource, has been gone for long enough to be no trouble of a store's.</summary>
    public const string RoleGone = "role-gone";

    /// <summary>A list of servers that lost most of them is not taken yet.</summary>
    public const string LargeShrink = "large-shrink";

    /// <summary>The role lists neither packages nor services, so a slave node gets the documented ones.</summary>
    public const string DocumentedSet = "documented-set";

    /// <summary>The NAME in this host's own entry is not this host, so that chmpx ends at its start.</summary>
    public const string OwnNameRefused = "own-name-refused";
}
