using System.Net;
using SlaveAgent.Files;
using SlaveAgent.Hosting;

namespace SlaveAgent.Identity;

/// <summary>The facts of the host: its instance ID, its full name, and which machine it is.</summary>
/// <param name="hostName">Returns the kernel's host name; a parameter for tests.</param>
public sealed class HostFacts(HostRoot root, CommandRunner commands, Func<string>? hostName = null)
{
    private const string InstanceIdFile = "/var/lib/cloud/data/instance-id";
    private const string ProductUuidFile = "/sys/class/dmi/id/product_uuid";
    private const string MachineIdFile = "/etc/machine-id";

    /// <summary>Run at most twice by a daemon with a watchdog timeout of 20 s: an unresponsive DNS must not trigger it.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>The cloud's instance id, which K2HR3 and chmpx use as the CUK; null while cloud-init has written none, or only a placeholder.</summary>
    public string? InstanceId => InstanceIdOf(root);

    /// <summary>Identifies the machine, as far as that can be read.</summary>
    public static Machine ReadMachine(HostRoot root) => new(
        Uuids.Read(root.TryRead(ProductUuidFile)),
        root.TryRead(MachineIdFile)?.Trim() is { Length: 32 } id && id.All(char.IsAsciiHexDigit) ? id.ToLowerInvariant() : null,
        InstanceIdOf(root));

    /// <summary>
    /// The tag: host name and domain, as the shell tooling builds it, so that an adopted host keeps its name. Null while the host has no name.
    /// </summary>
    public async Task<string?> FindFullNameAsync(CancellationToken cancel)
    {
        var name = (hostName ?? Dns.GetHostName)();
        if (!HostNames.IsAssigned(name))
        {
            return null;
        }

        var domain = HostNames.DomainOf(root.TryRead("/etc/resolv.conf") ?? string.Empty);
        if (domain is null && await RunHostnameAsync("-d", cancel) is { Length: > 0 } asked)
        {
            domain = asked;
        }

        return domain is not null ? HostNames.Join(name, domain)
            : await RunHostnameAsync("-f", cancel) is { Length: > 0 } full && HostNames.IsAssigned(full) ? HostNames.Clean(full)
            : HostNames.Clean(name);
    }

    private static string? InstanceIdOf(HostRoot root) =>
        root.TryRead(InstanceIdFile)?.Trim() is { } id && !InstanceIds.IsPlaceholder(id) ? id : null;

    private async Task<string> RunHostnameAsync(string option, CancellationToken cancel)
    {
        var result = await commands.RunAsync("hostname", [option], Timeout, cancel);
        return result.IsDone ? result.Output.Trim() : string.Empty;
    }
}
