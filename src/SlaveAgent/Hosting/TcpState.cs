namespace SlaveAgent.Hosting;

/// <summary>The kernel's numbers of the relevant connection states.</summary>
public enum TcpState
{
    Established = 1,
    Listen = 10,
}
