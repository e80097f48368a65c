namespace SlaveAgent.Status;

/// <summary>The types of conditions, in the order in which they are shown.</summary>
public static class ConditionTypes
{
    /// <summary>K2HR3 has this host in its role.</summary>
    public const string Registered = nameof(Registered);

    /// <summary>What the role lists is known.</summary>
    public const string RoleRead = nameof(RoleRead);

    /// <summary>The configuration in place is what K2HR3 says.</summary>
    public const string ConfigurationCurrent = nameof(ConfigurationCurrent);

    /// <summary>What the role lists is installed.</summary>
    public const string PackagesInstalled = nameof(PackagesInstalled);

    /// <summary>The NAME of this host's own entry is this host, as far as that matters.</summary>
    public const string OwnNameValid = nameof(OwnNameValid);

    /// <summary>The role's units run.</summary>
    public const string ServicesRunning = nameof(ServicesRunning);

    /// <summary>chmpx is connected to every server that is up.</summary>
    public const string Connected = nameof(Connected);

    /// <summary>The settings' files are in force; only there while they are not.</summary>
    public const string SettingsValid = nameof(SettingsValid);

    /// <summary>The generation in place has lost connections that the one before had; only there, and true, while it has.</summary>
    public const string Regressed = nameof(Regressed);

    /// <summary>The ready target was reached.</summary>
    public const string ReadyReached = nameof(ReadyReached);

    /// <summary>The hooks ended well that were run at the last change.</summary>
    public const string HooksRun = nameof(HooksRun);
}
