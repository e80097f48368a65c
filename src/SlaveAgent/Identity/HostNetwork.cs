using System.Net;

namespace SlaveAgent.Identity;

/// <summary>The names and addresses of this host, as chmpx determines them at startup.</summary>
/// <param name="NodeName">The kernel's host name.</param>
/// <param name="Names">The names found by reverse lookup of the addresses of that name.</param>
/// <param name="Addresses">Of all interfaces, including loopback; empty when they cannot be read.</param>
public sealed record HostNetwork(string NodeName, IReadOnlyCollection<string> Names, IReadOnlyCollection<IPAddress> Addresses);
