using System.Globalization;
using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>The host's groups (<see cref="AccountDatabase"/>).</summary>
public sealed class GroupAccounts(HostRoot root, CommandRunner commands)
{
    /// <summary>A directory service that does not answer must not block the agent.</summary>
    private static readonly TimeSpan LookupTimeout = TimeSpan.FromSeconds(5);

    private readonly AccountDatabase _database = new(root, commands);

    /// <param name="nameOrNumber">The group ID in decimal.</param>
    public async Task<GroupLookup> FindAsync(string nameOrNumber, CancellationToken cancel)
    {
        var (fields, problem) = await FieldsAsync("group", nameOrNumber, cancel);
        return problem is not null ? new GroupLookup(null, Problem: problem)
            : fields is [{ Length: > 0 } name, _, var gid, ..] && Number(gid) is { } number ? new GroupLookup(name, number)
            : new GroupLookup(null);
    }

    /// <summary>The ID of a user's primary group; null when the user is unknown.</summary>
    public async Task<uint?> OfUserAsync(string user, CancellationToken cancel) =>
        await FieldsAsync("passwd", user, cancel) is ([_, _, _, var gid, ..], _) ? Number(gid) : null;

    /// <summary>The IDs of all of a user's groups; null when they cannot be found out.</summary>
    public async Task<IReadOnlySet<uint>?> AllOfUserAsync(string user, CancellationToken cancel)
    {
        if (_database.IsThisHost)
        {
            var result = await commands.RunAsync("id", ["-G", "--", user], LookupTimeout, cancel);
            return result.IsDone ? result.Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(Number).OfType<uint>().ToHashSet() : null;
        }

        var (text, _) = await _database.ReadAsync("group", user, cancel);
        return text.Split('\n').Select(line => line.Trim().Split(':'))
            .Where(fields => fields is [_, _, _, var members] && members.Split(',').Contains(user))
            .Select(fields => Number(fields[2])).Append(await OfUserAsync(user, cancel)).OfType<uint>().ToHashSet();
    }

    /// <summary>
    /// Creates a system group, by systemd-sysusers where available; needs root privileges, which the hardened daemon does not have. Does nothing
    /// when the group exists.
    /// </summary>
    public Task<CommandResult> CreateAsync(string name, CancellationToken cancel) => _database.CreateAsync(
        $"g {name} -", () => Task.FromResult<(string, IEnumerable<string>)>(("groupadd", ["--system", "--", name])), cancel);

    private async Task<(string[] Fields, string? Problem)> FieldsAsync(string database, string key, CancellationToken cancel)
    {
        var (text, problem) = await _database.ReadAsync(database, key, cancel);
        if (problem is not null)
        {
            return ([], problem);
        }

        // getent returned one line; another root's file contains all of them.
        return _database.IsThisHost
            ? (text.Trim().Split(':'), null)
            : (text.Split('\n').Select(line => line.Split(':')).FirstOrDefault(fields => fields is [var name, _, var number, ..] && (name == key || number == key)) ?? [], null);
    }

    private static uint? Number(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
