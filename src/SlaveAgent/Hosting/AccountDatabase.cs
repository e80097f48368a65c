using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>
/// The host's users and groups: those of its files and those of LDAP or sssd alike, because <c>getent</c> asks whatever the host asks. Under another root its own
/// files tell, for that root's directory services are not to be asked from here.
/// </summary>
internal sealed class AccountDatabase(HostRoot root, CommandRunner commands)
{
    private const int NotFound = 2;

    /// <summary>A directory service that does not answer must hold nobody up.</summary>
    private static readonly TimeSpan LookupTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan CreateTimeout = TimeSpan.FromSeconds(30);

    public bool IsThisHost => root.Directory is "/";

    /// <param name="database"><c>passwd</c> or <c>group</c>.</param>
    /// <param name="key">A name, or a number in decimal.</param>
    /// <returns>What getent says of the key, or all of another root's file; empty when the key is not there. And why that is not known, if so.</returns>
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

    public static string Failed(string database, string key, string why) => $"getent {database} {key} failed: {why}";

    /// <summary>By systemd-sysusers, which does nothing where the account is there already; else by the other tool.</summary>
    /// <param name="line">As in sysusers.d(5).</param>
    /// <param name="otherwise">A tool of the shadow package with its arguments, asked for only where there is no systemd-sysusers.</param>
    public async Task<CommandResult> CreateAsync(string line, Func<Task<(string Tool, IEnumerable<string> Arguments)>> otherwise, CancellationToken cancel)
    {
        var bySysusers = await commands.RunAsync(
            "systemd-sysusers", [.. IsThisHost ? (string[])[] : [$"--root={root.Directory}"], "--inline", line], CreateTimeout, cancel);
        if (bySysusers.ExitCode is not null)
        {
            return bySysusers;
        }

        var (tool, arguments) = await otherwise();
        return await commands.RunAsync(tool, [.. IsThisHost ? (string[])[] : ["--prefix", root.Directory], .. arguments], CreateTimeout, cancel);
    }
}
