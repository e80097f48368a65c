using System.Net;
using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>What the host says of itself: its instance id and its full name (k2hdkc-dbaas.md).</summary>
public sealed class HostFacts(HostRoot root, CommandRunner commands)
{
    private const string InstanceIdFile = "/var/lib/cloud/data/instance-id";

    /// <summary>Asked twice at most, by a daemon whose watchdog waits 20 s: a DNS that swallows questions must not end it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The cloud's instance id, which K2HR3 and chmpx know as the CUK; null while cloud-init has not written it.</summary>
    public string? InstanceId => root.TryRead(InstanceIdFile)?.Trim() is { Length: > 0 } id ? id : null;

    /// <summary>The tag: host name and domain, as the shell tooling makes it, so that a host keeps its name when it is taken over.</summary>
    public async Task<string> FullNameAsync(CancellationToken cancel)
    {
        var name = Dns.GetHostName();
        var domain = HostNames.DomainOf(root.TryRead("/etc/resolv.conf") ?? string.Empty);
        if (domain is null && await AskHostnameAsync("-d", cancel) is { Length: > 0 } asked)
        {
            domain = asked;
        }

        return domain is not null
            ? HostNames.Join(name, domain)
            : HostNames.Clean(await AskHostnameAsync("-f", cancel) is { Length: > 0 } full ? full : name);
    }

    private async Task<string> AskHostnameAsync(string option, CancellationToken cancel)
    {
        var result = await commands.RunAsync("hostname", [option], Patience, cancel);
        return result.IsDone ? result.Output.Trim() : string.Empty;
    }
}
