namespace SlaveAgent.Settings;

/// <summary>Who starts and ends the services of this host, chmpx among them.</summary>
public enum ServiceManager
{
    /// <summary>systemd where it runs this host (sd_booted(3)), else none.</summary>
    Auto,

    Systemd,

    /// <summary>Somebody else, as in a container: the agent starts nothing, ends nothing and installs nothing.</summary>
    None,
}
