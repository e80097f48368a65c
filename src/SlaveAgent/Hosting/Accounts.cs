using System.Globalization;
using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>The host's users (<see cref="AccountDatabase"/>).</summary>
public sealed class Accounts(HostRoot root, CommandRunner commands)
{
    private readonly AccountDatabase _database = new(root, commands);

    public async Task<AccountLookup> FindAsync(string name, CancellationToken cancel)
    {
        var (text, problem) = await _database.ReadAsync("passwd", name, cancel);
        return problem is not null ? new AccountLookup(null, problem)
            : UidOf(text, name) is { } uid ? new AccountLookup(uid)
            : text.Length > 0 && _database.IsThisHost ? new AccountLookup(null, AccountDatabase.Failed("passwd", name, text.Trim()))
            : new AccountLookup(null);
    }

    /// <summary>
    /// Creates a system user, with a group of the same name. By systemd-sysusers where available; it does nothing when the user exists.
    /// </summary>
    /// <param name="home">Not created.</param>
    public Task<CommandResult> CreateAsync(string name, string home, CancellationToken cancel) => _database.CreateAsync(
        $"u {name} - \"K2HDKC\" {home}",
        async () =>
        {
            // A group of that name may already exist, for the programs that use the cluster.
            var (groups, _) = await _database.ReadAsync("group", name, cancel);
            var hasGroup = groups.Split('\n').Any(line => line.StartsWith($"{name}:", StringComparison.Ordinal));
            return ("useradd",
            [
                "--system", .. hasGroup ? (string[])["--gid", name] : ["--user-group"],
                "--no-create-home", "--home-dir", home, "--shell", "/sbin/nologin", "--", name,
            ]);
        },
        cancel);

    /// <summary>The user ID in the line of passwd(5) with this name; null when there is none.</summary>
    private static uint? UidOf(string lines, string name) => lines.Split('\n')
        .Select(line => line.Split(':'))
        .Where(fields => fields.Length > 2 && fields[0] == name)
        .Select(fields => uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var uid) ? uid : (uint?)null)
        .FirstOrDefault(uid => uid is not null);
}
