namespace SlaveAgent.Reconciling;

public enum RingState
{
    /// <summary>chmpx does not answer.</summary>
    Silent,

    /// <summary>chmpx has not loaded the generation in place yet.</summary>
    Loading,

    /// <summary>Every server shows down: they are, or they do not list this slave yet (chmpx.md). Waited for.</summary>
    NotLetIn,

    /// <summary>A server is up and has no connection.</summary>
    Connecting,

    /// <summary>Connected to every server that is up, and to at least one.</summary>
    Connected,
}
