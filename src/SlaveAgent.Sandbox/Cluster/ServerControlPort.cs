using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using SlaveAgent.Sandbox.Chmpx;

namespace SlaveAgent.Sandbox.Cluster;

/// <summary>A server's control port: each read is one command, which it answers before it closes the connection.</summary>
internal sealed class ServerControlPort(ServerNode node, ServerCluster cluster, ConcurrentDictionary<string, int> commands) : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, byte> _serving = new();
    private Task _accepting = Task.CompletedTask;

    public void Start()
    {
        _listener.Bind(new IPEndPoint(node.Address, node.ControlPort));
        _listener.Listen(64);
        _accepting = AcceptAsync(_stopping.Token);
    }

    /// <param name="drops">Requests to connect are not answered any more.</param>
    public void SetPacketFilter(bool drops) => PacketFilter.Set(_listener, drops);

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }
        await _stopping.CancelAsync();
        _listener.Dispose();
        await Task.WhenAll([_accepting, .. _serving.Keys]);
        _stopping.Dispose();
    }

    private async Task AcceptAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var task = ServeAsync(await _listener.AcceptAsync(cancellationToken), cancellationToken);
                _serving[task] = 0;
                _ = task.ContinueWith(done => _serving.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The node was stopped.
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken cancellationToken)
    {
        using var closing = client;
        try
        {
            var buffer = new byte[8192];
            if (await client.ReceiveAsync(buffer, cancellationToken) is > 0 and var length)
            {
                await client.SendAsync(Encoding.Latin1.GetBytes(await AnswerAsync(Encoding.Latin1.GetString(buffer, 0, length))), cancellationToken);
                client.Shutdown(SocketShutdown.Both);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // The client disconnected, or the node was stopped.
        }
    }

    private async Task<string> AnswerAsync(string text)
    {
        var command = text.Split([' ', '\t', '\r', '\n', '\0'], 2)[0].ToUpperInvariant();
        commands.AddOrUpdate(command, 1, (_, count) => count + 1);
        return command switch
        {
            "VERSION" => ChmpxText.Version,
            "SELFSTATUS" => StatusText.Self(cluster.Show(node)),
            "ALLSTATUS" => StatusText.All(cluster.Show(node)),
            "DUMP" => DumpText.Of(cluster.Show(node)),
            "UPDATESTATUS" => await cluster.UpdateStatusAsync(node),
            _ => $"Unknown command({command})\n",
        };
    }
}
