using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace SlaveAgent.Roles;

/// <summary>
/// This host's addresses, read again every few seconds. K2HR3 knows a host by the address it registered from, and chmpx's connections stay bound to the
/// address they were made from: a change is a reason to register again and to check the connections.
/// </summary>
/// <param name="read">The addresses of the interfaces; null when they cannot be had.</param>
public sealed class AddressWatch(Func<IReadOnlySet<IPAddress>?> read, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private long? _readAt;
    private ImmutableHashSet<string>? _registered;

    /// <summary>As last read, without loopback and link-local ones; empty while they are not known.</summary>
    public ImmutableHashSet<string> Current { get; private set; } = [];

    /// <summary>How often they were seen to change.</summary>
    public int Changes { get; private set; }

    /// <summary>They differ from those that this host had when it last registered.</summary>
    public bool IsRegistrationOutdated => _registered is { } registered && !Current.IsEmpty && !registered.SetEquals(Current);

    /// <summary>Reads them, if it was not done in the last seconds.</summary>
    public ImmutableHashSet<string> Refresh()
    {
        if (_readAt is { } at && time.GetElapsedTime(at) < Interval)
        {
            return Current;
        }

        _readAt = time.GetTimestamp();
        if (read() is { } addresses)
        {
            ImmutableHashSet<string> now = [.. addresses.Where(IsGlobal).Select(address => address.ToString())];
            Changes += now.SetEquals(Current) ? 0 : 1;
            Current = now;
        }

        return Current;
    }

    /// <summary>This host had this address and does not have it any more; TCP itself takes about 15 minutes to find that out of a connection from it.</summary>
    public bool IsLost(IPAddress address) => IsGlobal(address) && !Current.IsEmpty && !Current.Contains(address.ToString());

    /// <summary>K2HR3 has accepted a registration.</summary>
    /// <param name="asOf">The addresses before it was sent: one that changed meanwhile is not what K2HR3 knows. Null: as they are now.</param>
    public void NoteRegistered(ImmutableHashSet<string>? asOf = null) => _registered = asOf ?? Refresh();

    private static bool IsGlobal(IPAddress address) =>
        !IPAddress.IsLoopback(address)
        && !address.IsIPv6LinkLocal
        && !(address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, ..]);
}
