using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SlaveAgent.Tests.Support;

/// <summary>A port that takes no connection and refuses none: its line of those that wait to be accepted is full.</summary>
internal sealed class BlackHole : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _line = [];
    private readonly int _port;

    public BlackHole()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen(0);
        _port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
        Address = new Uri($"http://127.0.0.1:{_port}/");
        while (true)
        {
            var next = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { SendTimeout = 200 };
            _line.Add(next);
            try
            {
                next.Connect(IPAddress.Loopback, _port);
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
        .Count(fields => fields[3] == "02" && fields[2].EndsWith(string.Create(CultureInfo.InvariantCulture, $":{_port:X4}"), StringComparison.Ordinal));

    public void Dispose()
    {
        _line.ForEach(socket => socket.Dispose());
        _listener.Dispose();
    }
}
