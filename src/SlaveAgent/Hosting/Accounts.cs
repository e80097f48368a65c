using System.Globalization;
using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>The host's users: those of its files and those of LDAP or sssd alike, because <c>getent</c> asks whatever the host asks.</summary>
public sealed class Accounts(HostRoot root, CommandRunner commands)
{
    private const int NotFound = 2;

    /// <summary>A directory service that does not answer must hold nobody up.</summary>
    private static readonly TimeSpan LookupTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan CreateTimeout = TimeSpan.FromSeconds(30);

    private const string Passwd = "/etc/passwd";

    private bool IsThisHost => root.Directory is "/";

    public async Task<AccountLookup> FindAsync(string name, CancellationToken cancel)
    {
        if (!IsThisHost)
        {
            // Another root's directory services are not to be asked from here.
            return new AccountLookup(UidOf(root.TryRead(Passwd) ?? string.Empty, name));
        }

        var result = await commands.RunAsync("getent", ["passwd", name], LookupTimeout, cancel);
        return result switch
        {
            { IsDone: true } when UidOf(result.Output, name) is { } uid => new AccountLookup(uid),
            { ExitCode: NotFound } => new AccountLookup(null),
            _ => new AccountLookup(null, $"getent passwd {name} failed: {result.LastLines()}"),
        };
    }

    /// <summary>
    /// Creates a user of the system's, with a group of its own name. By systemd-sysusers where there is one; it does nothing when the user is there already.
    /// </summary>
    /// <param name="home">Not created.</param>
    public async Task<CommandResult> CreateAsync(string name, string home, CancellationToken cancel)
    {
        var bySysusers = await commands.RunAsync(
            "systemd-sysusers", [.. IsThisHost ? (string[])[] : [$"--root={root.Directory}"], "--inline", $"u {name} - \"K2HDKC\" {home}"], CreateTimeout, cancel);
        if (bySysusers.ExitCode is not null)
        {
            return bySysusers;
        }

        // A group of that name may be there already, for the programs that use the cluster.
        var hasGroup = IsThisHost
            ? (await commands.RunAsync("getent", ["group", name], LookupTimeout, cancel)).IsDone
            : (root.TryRead("/etc/group") ?? string.Empty).Split('\n').Any(line => line.StartsWith($"{name}:", StringComparison.Ordinal));
        return await commands.RunAsync(
            "useradd",
            [
                .. IsThisHost ? (string[])[] : ["--prefix", root.Directory],
                "--system", .. hasGroup ? (string[])["--gid", name] : ["--user-group"],
                "--no-create-home", "--home-dir", home, "--shell", "/sbin/nologin", "--", name,
            ],
            CreateTimeout,
            cancel);
    }

    /// <summary>The number in a line of passwd(5) that begins with this name; null when there is none.</summary>
    private static uint? UidOf(string lines, string name) => lines.Split('\n')
        .Select(line => line.Split(':'))
        .Where(fields => fields.Length > 2 && fields[0] == name)
        .Select(fields => uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var uid) ? uid : (uint?)null)
        .FirstOrDefault(uid => uid is not null);
}
