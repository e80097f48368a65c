using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>
/// The host's users and groups, from its files as well as from LDAP or sssd, because <c>getent</c> uses all configured sources. Under another root only that root's
/// files are read, because its directory services are not available.
/// </summary>
internal sealed class AccountDatabase(HostRoot root, CommandRunner commands)
{
    private const int NotFound = 2;

    /// <summary>A directory service that does not answer must not block the agent.</summary>
    private static readonly TimeSpan LookupTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan CreateTimeout = TimeSpan.FromSeconds(30);

    public bool IsThisHost => root.Directory is "/";

    /// <param name="database"><c>passwd</c> or <c>group</c>.</param>
    /// <param name="key">A name, or a number in decimal.</param>
    /// <returns>The output of getent for the key, or all of another root's file; empty when the key does not exist. And the problem, if the lookup failed.</returns>
    public async Task<(string Text, string? Problem)> ReadAsync(string database, string key, CancellationToken cancel)
    {
        if (!IsThisHost)
        {
            return (root.TryRead($"/etc/{database}") ?? string.Empty, null);
        }

        var result = await commands.RunAsync("getent", [database, key], LookupTimeout, cancel);
        return result switch
        {
            { IsDone: true } => (result.Output, null),
            { ExitCode: NotFound } => (string.Empty, null),
            _ => (string.Empty, Failed(database, key, result.LastLines())),
        };
    }

    public static string Failed(string database, string key, string why) => $"getent {database} {key} failed ({why})";

    /// <summary>By systemd-sysusers, which does nothing when the account exists; otherwise by the fallback tool.</summary>
    /// <param name="line">As in sysusers.d(5).</param>
    /// <param name="fallback">A tool of the shadow package with its arguments, evaluated only where there is no systemd-sysusers.</param>
    public async Task<CommandResult> CreateAsync(string line, Func<Task<(string Tool, IEnumerable<string> Arguments)>> fallback, CancellationToken cancel)
    {
        var bySysusers = await commands.RunAsync(
            "systemd-sysusers", [.. IsThisHost ? (string[])[] : [$"--root={root.Directory}"], "--inline", line], CreateTimeout, cancel);
        if (bySysusers.ExitCode is not null)
        {
            return bySysusers;
        }

        var (tool, arguments) = await fallback();
        return await commands.RunAsync(tool, [.. IsThisHost ? (string[])[] : ["--prefix", root.Directory], .. arguments], CreateTimeout, cancel);
    }
}
