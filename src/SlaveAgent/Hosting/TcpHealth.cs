namespace SlaveAgent.Hosting;

/// <summary>Whether the other side of a connection still answers, as the kernel sees it (tcp(7), TCP_INFO).</summary>
/// <param name="Timer">What the kernel waits for.</param>
/// <param name="Unanswered">So many retransmissions or probes in a row had no answer; any answer makes it zero.</param>
/// <param name="RoundTrip">Smoothed; null where the kernel did not tell.</param>
/// <param name="SinceHeard">Since anything came from the other side; null where the kernel did not tell.</param>
/// <param name="SinceTry">Since data that is not acknowledged was last sent again; null where there is none, or the kernel did not tell.</param>
public readonly record struct TcpHealth(TcpTimer Timer, int Unanswered, TimeSpan? RoundTrip = null, TimeSpan? SinceHeard = null, TimeSpan? SinceTry = null)
{
    /// <summary>The third retransmission without an answer is 1.4 s after the data where the round trip is short, and still within 5 s where it takes 0.5 s.</summary>
    private const int DeadRetransmissions = 3;

    /// <summary>chmpx has the other side probed after 60 s without traffic and then each 10 s, and gives up after three.</summary>
    private const int DeadProbes = 2;

    /// <summary>The kernel waits so long for the first answer to data at the least (TCP_RTO_MIN), and each time twice as long.</summary>
    private static readonly TimeSpan LeastWait = TimeSpan.FromMilliseconds(200);

    /// <summary>For how long the other side has left data unanswered at the least; null where the kernel did not tell when it was last heard.</summary>
    public TimeSpan? LeastSilence => Timer is TcpTimer.Retransmission or TcpTimer.ZeroWindow && SinceHeard > Waited ? Waited : SinceHeard;

    /// <summary>Until the third retransmission, less the kernel's clock ticks.</summary>
    private static readonly TimeSpan ShortestDead = (LeastWait * ((1 << DeadRetransmissions) - 1)) - TimeSpan.FromMilliseconds(100);

    private TimeSpan Waited => LeastWait * ((1 << Math.Min(Unanswered, 16)) - 1);

    /// <summary>
    /// The other side is gone, or cannot be reached: the connection is half-open. Not so one that is heard, although it acknowledges nothing: its own data, and acknowledgements
    /// of what it had before, leave the count as it is.
    /// </summary>
    public bool IsDead => Timer switch
    {
        TcpTimer.Retransmission or TcpTimer.ZeroWindow => Unanswered >= DeadRetransmissions && !(SinceHeard < ShortestDead),
        TcpTimer.KeepAlive => Unanswered >= DeadProbes,
        _ => false,
    };
}
