using System.Net;
using System.Net.Sockets;
using SlaveAgent.Hosting;

namespace SlaveAgent.Identity;

/// <summary>Reads the host's names and addresses and resolves a NAME, with a deadline: an unresponsive DNS must not block the agent.</summary>
/// <param name="timeout">For all lookups together.</param>
public sealed class HostNetworkReader(TimeSpan timeout, TimeProvider time)
{
    /// <summary>Whether a node's NAME is this host; <see cref="OwnNameCode.NotKnown"/> where the resolver does not answer in time.</summary>
    public async Task<OwnNameVerdict> CheckOwnNameAsync(string name, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        try
        {
            var nodeName = Dns.GetHostName();
            var resolved = await ResolveAsync(name, either.Token);
            var self = await ResolveAsync(nodeName, either.Token);
            return OwnName.Check(name, resolved, new HostNetwork(nodeName, [.. self.Names.Where(found => found != nodeName)], [.. HostAddresses.Read() ?? new HashSet<IPAddress>()]));
        }
        catch (OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            return new OwnNameVerdict(OwnNameCode.NotKnown, $"it is unknown whether {name} is this host, because names did not resolve within {timeout.TotalSeconds:0} s");
        }
    }

    private static async Task<ResolvedName> ResolveAsync(string name, CancellationToken cancel)
    {
        IPAddress[] addresses;
        try
        {
            addresses = await Dns.GetHostAddressesAsync(name, cancel).WaitAsync(cancel);
        }
        catch (SocketException e)
        {
            return new ResolvedName([], [], IsKnown: e.SocketErrorCode is SocketError.HostNotFound or SocketError.NoData);
        }
        catch (ArgumentException)
        {
            // Too long for a name, or with invalid characters.
            return new ResolvedName([], []);
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var address in addresses)
        {
            try
            {
                names.Add((await Dns.GetHostEntryAsync(address.ToString(), cancel).WaitAsync(cancel)).HostName);
            }
            catch (SocketException)
            {
                // It has no name.
            }
        }

        return new ResolvedName(addresses, names);
    }
}
