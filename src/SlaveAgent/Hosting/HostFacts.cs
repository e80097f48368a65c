using System.Net;
using SlaveAgent.Files;
using SlaveAgent.Identity;

namespace SlaveAgent.Hosting;

/// <summary>What the host says of itself: its instance id, its full name, and which machine it is.</summary>
/// <param name="hostName">The kernel's host name; a parameter for tests.</param>
public sealed class HostFacts(HostRoot root, CommandRunner commands, Func<string>? hostName = null)
{
    private const string InstanceIdFile = "/var/lib/cloud/data/instance-id";
    private const string ProductUuidFile = "/sys/class/dmi/id/product_uuid";
    private const string MachineIdFile = "/etc/machine-id";

    /// <summary>Asked twice at most, by a daemon whose watchdog waits 20 s: a DNS that swallows questions must not end it.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>The cloud's instance id, which K2HR3 and chmpx know as the CUK; null while cloud-init has written none, or only a placeholder.</summary>
    public string? InstanceId => InstanceIdOf(root);

    /// <summary>Which machine this is, as far as it can be read.</summary>
    public static Machine ReadMachine(HostRoot root) => new(
        Uuids.Read(root.TryRead(ProductUuidFile)),
        root.TryRead(MachineIdFile)?.Trim() is { Length: 32 } id && id.All(char.IsAsciiHexDigit) ? id.ToLowerInvariant() : null,
        InstanceIdOf(root));

    /// <summary>
    /// The tag: host name and domain, as the shell tooling makes it, so that a host keeps its name when it is taken over. Null while the host has no name yet.
    /// </summary>
    public async Task<string?> FindFullNameAsync(CancellationToken cancel)
    {
        var name = (hostName ?? Dns.GetHostName)();
        if (!HostNames.IsNameYet(name))
        {
            return null;
        }

        var domain = HostNames.DomainOf(root.TryRead("/etc/resolv.conf") ?? string.Empty);
        if (domain is null && await AskHostnameAsync("-d", cancel) is { Length: > 0 } asked)
        {
            domain = asked;
        }

        return domain is not null ? HostNames.Join(name, domain)
            : await AskHostnameAsync("-f", cancel) is { Length: > 0 } full && HostNames.IsNameYet(full) ? HostNames.Clean(full)
            : HostNames.Clean(name);
    }

    private static string? InstanceIdOf(HostRoot root) =>
        root.TryRead(InstanceIdFile)?.Trim() is { } id && !InstanceIds.IsPlaceholder(id) ? id : null;

    private async Task<string> AskHostnameAsync(string option, CancellationToken cancel)
    {
        var result = await commands.RunAsync("hostname", [option], Timeout, cancel);
        return result.IsDone ? result.Output.Trim() : string.Empty;
    }
}
