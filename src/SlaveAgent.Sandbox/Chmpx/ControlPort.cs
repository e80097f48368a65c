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

    private readonly SlaveState state;
    private readonly StateFiles files;
    private readonly Action readFile;
    private readonly TextWriter log;
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private int callers;
    private int lookups;

    public ControlPort(SlaveState state, StateFiles files, Action readFile, TextWriter log)
    {
        this.state = state;
        this.files = files;
        this.readFile = readFile;
        this.log = log;
        listener.Bind(new IPEndPoint(IPAddress.Loopback, state.Self.ControlPort));
        listener.Listen(64);
    }

    private SharedMemory Memory => state.Show(files.Directory, files.HasClients);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var closing = listener;
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync(cancellationToken);
                _ = ServeAsync(client, cancellationToken);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The process ends.
        }
    }

    public void Dispose() => listener.Dispose();

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
            if (!state.IsConnected)
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
        lock (state.Gate)
        {
            if (state.Servers.Exists(server => IsOf(server.Node, $"{caller}")))
            {
                return;
            }
            if (state.Configuration.FindSelf() is not { ReversePeers.Length: > 0 })
            {
                readFile();
            }
            callers++;
            lookups += state.Configuration.Servers.Count + state.Configuration.Slaves.Count;
            files.Note(callers, lookups);
        }
    }

    private static bool IsOf(ChmpxNode server, string address) => server.Name == address
        || server.ReversePeers.Split(',').Contains(address)
        || server.ControlEndpoints.Split(',').Any(endpoint => endpoint.StartsWith($"{address}:", StringComparison.Ordinal));

    private string Answer(string text)
    {
        var command = text.Split([' ', '\t', '\r', '\n', '\0'], 2)[0];
        lock (state.Gate)
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
                    log.WriteLine($"DANGEROUS: {command} was sent to the control port");
                    return "ERROR: Command must run on server mode.\n";
                default:
                    return $"Unknown command({command})\n";
            }
        }
    }
}
