using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace SlaveAgent.Chmpx;

/// <summary>The addresses behind endpoints, bounded in time: a DNS that swallows questions must not hold anything up.</summary>
/// <param name="lookUp">Such as <see cref="Dns.GetHostAddressesAsync(string, CancellationToken)"/>.</param>
public sealed class EndpointResolver(Func<string, CancellationToken, Task<IPAddress[]>> lookUp, TimeProvider time)
{
    /// <summary>For all names of one question together.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(2);

    /// <returns>In the order of the endpoints, each once, only those that <see cref="EndpointRules"/> allow. Empty when none is known in time.</returns>
    public async Task<ImmutableArray<IPEndPoint>> ResolveAsync(IEnumerable<NodeEndpoint> endpoints, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        var found = await Task.WhenAll(endpoints.Select(endpoint => AddressesAsync(endpoint, either.Token)));
        cancel.ThrowIfCancellationRequested();
        return [.. found.SelectMany(addresses => addresses).Where(address => EndpointRules.IsAllowed(address.Address)).Distinct()];
    }

    private async Task<IEnumerable<IPEndPoint>> AddressesAsync(NodeEndpoint endpoint, CancellationToken cancel)
    {
        if (IPAddress.TryParse(endpoint.Host, out var address))
        {
            return [new IPEndPoint(address, endpoint.Port)];
        }

        try
        {
            return (await lookUp(endpoint.Host, cancel).WaitAsync(cancel)).Select(found => new IPEndPoint(found, endpoint.Port));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ArgumentException)
        {
            // One name that is unknown, or that nobody answers for, leaves the others.
            return [];
        }
    }
}
