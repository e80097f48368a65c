namespace SlaveAgent.Status;

/// <summary>What an agent does next of itself.</summary>
public enum NextStepCode
{
    /// <summary>All is as it should be; it keeps observing.</summary>
    Watch,

    /// <summary>Nothing: none is at work, and one should be.</summary>
    NoAgent,

    /// <summary>Nothing: the role needs none.</summary>
    NoneNeeded,

    /// <summary>Nothing, until bootstrap takes the host into its role again.</summary>
    Unregistered,

    /// <summary>It is starting, or has not run everything once.</summary>
    Starting,

    /// <summary>It observes only, until a person or the time ends that.</summary>
    Paused,

    /// <summary>It keeps a generation, until a person or the time ends that.</summary>
    Held,

    /// <summary>A person has to act first.</summary>
    Person,

    /// <summary>It asks K2HR3 again.</summary>
    AskK2hr3,

    /// <summary>It has chmpx load the configuration.</summary>
    Load,

    /// <summary>It waits for the ring, or asks it.</summary>
    Ring,

    /// <summary>It restarts chmpx, as soon as that helps and disturbs no program.</summary>
    RestartChmpx,

    /// <summary>It observes: who runs chmpx has to start or restart it.</summary>
    External,

    /// <summary>It tries something of this host again.</summary>
    TryAgain,
}
