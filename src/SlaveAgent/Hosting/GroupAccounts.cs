using System.Globalization;
using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>The host's groups, asked by <c>getent</c> as its users are (<see cref="Accounts"/>); under another root its own files tell.</summary>
public sealed class GroupAccounts(HostRoot root, CommandRunner commands)
{
    private const int NotFound = 2;

    /// <summary>A directory service that does not answer must hold nobody up.</summary>
    private static readonly TimeSpan LookupTimeout = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan CreateTimeout = TimeSpan.FromSeconds(30);

    private bool IsThisHost => root.Directory is "/";

    /// <param name="nameOrNumber">The number in decimal.</param>
    public async Task<GroupLookup> FindAsync(string nameOrNumber, CancellationToken cancel)
    {
        var (fields, problem) = await FieldsAsync("group", nameOrNumber, cancel);
        return problem is not null ? new GroupLookup(null, Problem: problem)
            : fields is [{ Length: > 0 } name, _, var gid, ..] && Number(gid) is { } number ? new GroupLookup(name, number)
            : new GroupLookup(null);
    }

    /// <summary>The number of the group that is a user's own; null when the user is not known.</summary>
    public async Task<uint?> OfUserAsync(string user, CancellationToken cancel) =>
        await FieldsAsync("passwd", user, cancel) is ([_, _, _, var gid, ..], _) ? Number(gid) : null;

    /// <summary>
    /// Creates a group of the system's, by systemd-sysusers where there is one; needs root's powers, which the hardened daemon does not have. Does nothing
    /// when the group is there already.
    /// </summary>
    public async Task<CommandResult> CreateAsync(string name, CancellationToken cancel)
    {
        var bySysusers = await commands.RunAsync(
            "systemd-sysusers", [.. IsThisHost ? (string[])[] : [$"--root={root.Directory}"], "--inline", $"g {name} -"], CreateTimeout, cancel);
        return bySysusers.ExitCode is not null
            ? bySysusers
            : await commands.RunAsync("groupadd", [.. IsThisHost ? (string[])[] : ["--prefix", root.Directory], "--system", "--", name], CreateTimeout, cancel);
    }

    private async Task<(string[] Fields, string? Problem)> FieldsAsync(string database, string key, CancellationToken cancel)
    {
        if (!IsThisHost)
        {
            var own = (root.TryRead($"/etc/{database}") ?? string.Empty).Split('\n').Select(line => line.Split(':'));
            return (own.FirstOrDefault(fields => fields is [var name, _, var number, ..] && (name == key || number == key)) ?? [], null);
        }

        var result = await commands.RunAsync("getent", [database, key], LookupTimeout, cancel);
        return result switch
        {
            { IsDone: true } => (result.Output.Trim().Split(':'), null),
            { ExitCode: NotFound } => ([], null),
            _ => ([], $"getent {database} {key} failed: {result.LastLines()}"),
        };
    }

    private static uint? Number(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
