using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// chmpx's control port: each read is one command, which it answers before it closes the connection. Answers are delayed by a second
/// while no server can be reached, because the real event loop is busy connecting. For a client that is not a listed server it resolves the
/// name of each node, and reads the file again outside its watch unless this node's own entry has REVERSE_PEERS (chmimdata.cc:
/// IsAllowHost; chmconf.cc: IsSelfReversePeer).
/// </summary>
internal sealed class ControlPort : IDisposable
{
    private const string NotOnSlave = "ERROR: The command can not be executed on the slave node.\n";

    private static readonly TimeSpan WithoutServers = TimeSpan.FromSeconds(1);

    private readonly SlaveState _state;
    private readonly StateFiles _files;
    private readonly Action _readFile;
    private readonly TextWriter _log;
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private int _callers;
    private int _lookups;

    public ControlPort(SlaveState state, StateFiles files, Action readFile, TextWriter log)
    {
        _state = state;
        _files = files;
        _readFile = readFile;
        _log = log;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, state.Self.ControlPort));
        _listener.Listen(64);
    }

    private SharedMemory Memory => _state.Show(_files.Directory, _files.HasClients);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var closing = _listener;
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync(cancellationToken);
                _ = ServeAsync(client, cancellationToken);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The process ends.
        }
    }

    public void Dispose() => _listener.Dispose();

    private async Task ServeAsync(Socket client, CancellationToken cancellationToken)
    {
        using var closing = client;
        try
        {
            Admit(((IPEndPoint)client.RemoteEndPoint!).Address);
            var buffer = new byte[8192];
            var length = await client.ReceiveAsync(buffer, cancellationToken);
            if (length == 0)
            {
                return;
            }
            if (!_state.IsConnected)
            {
                await Task.Delay(WithoutServers, cancellationToken);
            }
            var answer = await Task.Run(() => Answer(Encoding.Latin1.GetString(buffer, 0, length)), cancellationToken);
            await client.SendAsync(Encoding.Latin1.GetBytes(answer), cancellationToken);
            client.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The client disconnected, or the process ends.
        }
    }

    private void Admit(IPAddress caller)
    {
        lock (_state.Gate)
        {
            if (_state.Servers.Exists(server => IsOf(server.Node, $"{caller}")))
            {
                return;
            }
            if (_state.Configuration.FindSelf() is not { ReversePeers.Length: > 0 })
            {
                _readFile();
            }
            _callers++;
            _lookups += _state.Configuration.Servers.Count + _state.Configuration.Slaves.Count;
            _files.Note(_callers, _lookups);
        }
    }

    private static bool IsOf(ChmpxNode server, string address) => server.Name == address
        || server.ReversePeers.Split(',').Contains(address)
        || server.ControlEndpoints.Split(',').Any(endpoint => endpoint.StartsWith($"{address}:", StringComparison.Ordinal));

    private string Answer(string text)
    {
        var command = text.Split([' ', '\t', '\r', '\n', '\0'], 2)[0];
        lock (_state.Gate)
        {
            switch (command.ToUpperInvariant())
            {
                case "VERSION":
                    return ChmpxText.Version;
                case "SELFSTATUS":
                    return StatusText.Self(Memory);
                case "ALLSTATUS":
                    return StatusText.All(Memory);
                case "DUMP":
                    return DumpText.Of(Memory);
                case "UPDATESTATUS" or "SERVICEIN" or "SUSPENDMERGE" or "NOSUSPENDMERGE":
                    return NotOnSlave;
                case "SERVICEOUT" or "MERGE" or "COMPMERGE" or "ABORTMERGE":
                    // Commands that change the ring must never be sent. The scenario searches for this line.
                    _log.WriteLine($"DANGEROUS: {command} was sent to the control port");
                    return "ERROR: Command must run on server mode.\n";
                default:
                    return $"Unknown command({command})\n";
            }
        }
    }
}
