namespace SlaveAgent.Settings;

/// <summary>How chmpx's packaged unit runs chmpx.</summary>
public enum Supervision
{
    /// <summary>systemd runs chmpx itself, by a drop-in of the agent's.</summary>
    Direct,

    /// <summary>The packaged shell helper does: 10.7 s to a cold start, 11.3 s of outage after an exit (Chmpx/README.md, "Packaged service").</summary>
    Helper,
}
