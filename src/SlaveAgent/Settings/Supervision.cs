namespace SlaveAgent.Settings;

/// <summary>How chmpx's packaged unit runs chmpx.</summary>
public enum Supervision
{
    /// <summary>systemd runs chmpx directly, by a drop-in that the agent writes.</summary>
    Direct,

    /// <summary>The packaged shell helper runs chmpx: a cold start takes 10.7 s, and an exit causes an outage of 11.3 s (Chmpx/README.md, "Packaged service").</summary>
    Helper,
}
