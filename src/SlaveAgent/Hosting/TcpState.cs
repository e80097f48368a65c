namespace SlaveAgent.Hosting;

/// <summary>The kernel's numbers of the states of a connection that are looked for.</summary>
public enum TcpState
{
    Established = 1,
    SynSent = 2,
}
