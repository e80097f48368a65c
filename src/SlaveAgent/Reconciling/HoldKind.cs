namespace SlaveAgent.Reconciling;

/// <summary>How much of its work the agent leaves alone because a person said so.</summary>
public enum HoldKind
{
    /// <summary>All of it: it observes and reports, and changes nothing.</summary>
    Paused,

    /// <summary>The configuration: it stays at one generation, and everything else goes on.</summary>
    Held,
}
