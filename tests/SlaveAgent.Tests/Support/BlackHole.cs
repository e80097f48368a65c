using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SlaveAgent.Tests.Support;

/// <summary>A port that takes no connection and refuses none: its line of those that wait to be accepted is full.</summary>
internal sealed class BlackHole : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _line = [];
    private readonly IPAddress _address;
    private readonly int _port;

    /// <param name="address">Of loopback; null: 127.0.0.1.</param>
    /// <param name="port">0: a free one.</param>
    public BlackHole(IPAddress? address = null, int port = 0)
    {
        _address = address ?? IPAddress.Loopback;
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(new IPEndPoint(_address, port));
        _listener.Listen(0);
        _port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        Address = new Uri($"http://{_address}:{_port}/");
        while (true)
        {
            var next = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { SendTimeout = 200 };
            _line.Add(next);
            try
            {
                next.Connect(_address, _port);
            }
            catch (SocketException)
            {
                next.Dispose();
                break;
            }
        }
    }

    public Uri Address { get; }

    /// <summary>Connections to it that are being made (proc_net_tcp(5), state SYN_SENT).</summary>
    public int Attempts => File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6"))
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Count(fields => fields[3] == "02" && fields[2].EndsWith(string.Create(
            CultureInfo.InvariantCulture, $"{BitConverter.ToUInt32(_address.GetAddressBytes()):X8}:{_port:X4}"), StringComparison.Ordinal));

    public void Dispose()
    {
        _line.ForEach(socket => socket.Dispose());
        _listener.Dispose();
    }
}
