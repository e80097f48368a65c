using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace SlaveAgent.Sandbox;

/// <summary>
/// A TCP port of 127.0.0.1 for a process that listens on it later: nobody else who reserves one is given it meanwhile. What reserves it is the UDP port of the same
/// number, which ends with this process.
/// </summary>
internal sealed class ReservedPort : IDisposable
{
    // Below the ephemeral port range, so that no connection uses it, and below K2HR3's ports.
    private const int Lowest = 12000;
    private const int Highest = 20000;

    private readonly Socket _reservation;

    private ReservedPort(int number, Socket reservation) => (Number, _reservation) = (number, reservation);

    public int Number { get; }

    public static ReservedPort Take()
    {
        while (true)
        {
            var endpoint = new IPEndPoint(IPAddress.Loopback, RandomNumberGenerator.GetInt32(Lowest, Highest));
            var reservation = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ExclusiveAddressUse = true };
            try
            {
                reservation.Bind(endpoint);
                using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                tcp.Bind(endpoint);
                return new(endpoint.Port, reservation);
            }
            catch (SocketException)
            {
                // In use; try another one.
                reservation.Dispose();
            }
        }
    }

    public void Dispose() => _reservation.Dispose();
}
