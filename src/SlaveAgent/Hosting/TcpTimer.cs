namespace SlaveAgent.Hosting;

/// <summary>What the kernel waits for on a connection; its numbers (linux/inet_diag.h).</summary>
public enum TcpTimer
{
    None = 0,

    /// <summary>Data was sent and is not acknowledged; it is sent again.</summary>
    Retransmission = 1,

    /// <summary>Nothing was sent for a while; the other side is asked whether it is still there.</summary>
    KeepAlive = 2,

    /// <summary>The other side takes no data for now; it is asked whether it does again.</summary>
    ZeroWindow = 4,
}
