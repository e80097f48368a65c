namespace SlaveAgent.Composition;

/// <summary>How a command ends; the same for all of them.</summary>
public static class ExitCode
{
    public const int Done = 0;
    public const int Failed = 1;

    /// <summary>Wrong usage or settings: the same call will fail again.</summary>
    public const int Usage = 2;

    /// <summary>Of <c>status</c>: this host is not connected to its cluster.</summary>
    public const int NotConnected = 3;

    /// <summary>Of <c>status</c>: it is connected to some of the servers that are up.</summary>
    public const int Degraded = 4;

    /// <summary>Something outside is not ready: the same call can succeed later (EX_TEMPFAIL of sysexits.h).</summary>
    public const int TryAgainLater = 75;
}
