using System.Net;
using System.Net.Sockets;
using System.Text;
using SlaveAgent.Sandbox.Chmpx;
using SlaveAgent.Sandbox.Cluster;

namespace SlaveAgent.Benchmarks.Processes;

/// <summary>
/// A control port over the sandbox's DUMP, with every listed server up and connected. It takes a new file at the next question and costs next to
/// nothing a look, so that a day of looks fits into minutes and 256 servers need no sockets.
/// </summary>
internal sealed class QuickChmpx : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly string _path;
    private (long Size, DateTime Written) _seen;
    private byte[] _answer = [];
    private long _looks;

    public QuickChmpx(int port, string path)
    {
        _path = path;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        _listener.Listen(64);
        new Thread(Serve) { IsBackground = true, Name = "chmpx" }.Start();
    }

    public long Looks => Volatile.Read(ref _looks);

    public void Dispose() => _listener.Dispose();

    private void Serve()
    {
        var buffer = new byte[64];
        try
        {
            while (true)
            {
                using var client = _listener.Accept();
                if (client.Receive(buffer) > 0)
                {
                    Refresh();
                    client.Send(_answer);
                    client.Shutdown(SocketShutdown.Send);
                    Volatile.Write(ref _looks, _looks + 1);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client disconnected, or the run is over.
        }
    }

    private void Refresh()
    {
        var file = new FileInfo(_path);
        if (!file.Exists || (file.Length, file.LastWriteTimeUtc) == _seen)
        {
            return;
        }

        _seen = (file.Length, file.LastWriteTimeUtc);
        var configuration = ChmpxConfiguration.Load(_path);
        var state = new SlaveState(configuration, configuration.FindSelf()!, TimeProvider.System);
        foreach (var server in state.Servers)
        {
            server.Status = RingStatus.ServiceIn | RingStatus.Up;
        }

        _answer = Encoding.Latin1.GetBytes(DumpText.Of(state.Show("/var/lib/antpickax", hasClients: false)).Replace("        sock             = -1\n", "        sock             = 13\n", StringComparison.Ordinal));
    }
}
