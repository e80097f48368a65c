using System.Net;
using System.Net.Sockets;

namespace SlaveAgent.Chmpx;

/// <summary>
/// Whether anybody listens on a server's port: connects and closes at once, nothing is sent. Ask data ports first: on a control port a connection without a
/// command can cost a server a descriptor, when it does not list this host. On either, the server looks up the names of all its slaves for it, so this is
/// for when nothing is connected.
/// </summary>
public sealed class PortProbe(TimeProvider time)
{
    private const int AtOnce = 4;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    /// <summary>Asks several at once; the first that takes a connection ends it. Addresses that <see cref="EndpointRules"/> forbid are passed over.</summary>
    /// <returns>Null when none does, each within its 2 s.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was.</exception>
    public async Task<IPEndPoint?> FirstOpenAsync(IEnumerable<IPEndPoint> endpoints, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var left = new Queue<IPEndPoint>(endpoints.Where(endpoint => EndpointRules.IsAllowed(endpoint.Address)).Distinct());
        var asked = new List<Task<IPEndPoint?>>();
        IPEndPoint? open = null;
        while (open is null && (asked.Count > 0 || left.Count > 0))
        {
            while (asked.Count < AtOnce && left.TryDequeue(out var endpoint))
            {
                asked.Add(TryAsync(endpoint, over.Token));
            }

            var ended = await Task.WhenAny(asked);
            asked.Remove(ended);
            open = await ended;
        }

        await over.CancelAsync();
        await Task.WhenAll(asked);
        cancel.ThrowIfCancellationRequested();
        return open;
    }

    private async Task<IPEndPoint?> TryAsync(IPEndPoint endpoint, CancellationToken over)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, over);
        using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endpoint, either.Token);
            return endpoint;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return null;
        }
    }
}
