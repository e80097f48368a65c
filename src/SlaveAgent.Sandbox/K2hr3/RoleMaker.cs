namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>Who made the cluster's role for slaves: what its resource tells a new host depends on it.</summary>
public enum RoleMaker
{
    /// <summary>Trove's plugin 1.0.2 to 1.0.7, today's: all three lists empty, and chmpx's user to be added, a number.</summary>
    Trove,

    /// <summary>The DBaaS CLI and Trove's plugin up to 1.0.1: the lists name the packages and units.</summary>
    Cli,
}
