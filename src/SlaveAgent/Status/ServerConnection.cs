using SlaveAgent.Hosting;

namespace SlaveAgent.Status;

/// <summary>A server's connection as the kernel has it.</summary>
/// <param name="Local">Address and port on this host.</param>
/// <param name="Remote">Address and port of the server, by which it was found.</param>
public sealed record ServerConnection(string Local, string Remote)
{
    /// <summary>Smoothed; null where the kernel was not asked just now, or did not tell.</summary>
    public double? RoundTripMilliseconds { get; init; }

    /// <summary>Retransmissions or probes in a row without an answer; null where the kernel was not asked just now.</summary>
    public int? Unanswered { get; init; }

    public static ServerConnection Of(TcpSocket socket) => new(socket.Local.ToString(), socket.Remote.ToString());
}
