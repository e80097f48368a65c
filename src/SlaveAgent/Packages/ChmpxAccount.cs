using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Roles;

namespace SlaveAgent.Packages;

/// <summary>
/// The user that chmpx runs as, and the group it shares its files with, seen to exist before chmpx is started: without it systemd's drop-in would leave the user out and chmpx run as root.
/// Whether the role's key <c>k2hdkc-dbaas-add-user</c> asks for it does not matter: a host is right when the user is there, whoever created it.
/// </summary>
/// <param name="isNeeded">Whether it is the agent that says which user chmpx runs as; a unit of another's making says so itself.</param>
/// <param name="ofOverrideConf">Reads SUBPROCESS_USER again.</param>
/// <param name="delegated">Has the bootstrap service create it; null where this process may.</param>
public sealed class ChmpxAccount(
    RoleMemory role, Func<bool> isNeeded, Func<string?> ofOverrideConf, Accounts accounts, ChmpxGroup group, Func<CancellationToken, Task<CommandResult>>? delegated)
{
    /// <summary>chmpx's own directory; a user of the system's needs none.</summary>
    private const string Home = "/var/lib/antpickax";

    private uint? _uid;

    /// <summary>The user, if it existed when that was last found out; null while it does not.</summary>
    public string? ExistingName { get; private set; }

    /// <summary>Whom chmpx is to run as, the first that can be; another list is another question.</summary>
    public IReadOnlyList<ChmpxUser> Candidates => ChmpxUser.Candidates(role.Keys?.ChmpxUser, ofOverrideConf());

    /// <summary>Who has to be able to read chmpx's configuration; nobody while that is not known, or is not the agent's to say.</summary>
    public FileReaders Readers => ExistingName is null || group.Sharing is null ? default : new FileReaders(_uid, group.Gid);

    /// <summary>Who shares chmpx's files, if that is known; null while user or group do not exist.</summary>
    public ChmpxSharing? Sharing => ExistingName is null ? null : group.Sharing;

    /// <summary>Finds out whether user and group are there.</summary>
    /// <returns>Null when they are, or when the agent has no say in it; else why chmpx must not be started.</returns>
    public async Task<Outcome?> CheckAsync(CancellationToken cancel)
    {
        if (!isNeeded())
        {
            return null;
        }

        var (user, found) = await LookUpAsync(cancel);
        return found.IsMissing ? Missing(user, $"{AgentUnits.Bootstrap} creates it") : WhyUnknown(user, found) ?? await group.CheckAsync(user.Name, cancel);
    }

    /// <summary>Creates user and group where they are missing and this process may, else has the bootstrap service do so.</summary>
    /// <returns>Null when it is there, or when the agent has no say in it; else what is still to be done, or why it could not be.</returns>
    public async Task<Outcome?> EnsureAsync(CancellationToken cancel)
    {
        if (!isNeeded())
        {
            return null;
        }

        var (user, found) = await LookUpAsync(cancel);
        if (!found.IsMissing)
        {
            return WhyUnknown(user, found) ?? await group.EnsureAsync(user.Name, cancel);
        }

        if (delegated is not null)
        {
            return await delegated(cancel) is { IsDone: false } notStarted
                ? Missing(user, $"{AgentUnits.Bootstrap}, which creates it, could not be started: {notStarted.LastLines()}")
                : new Outcome.Waiting($"chmpx's user {user.Name} ({user.Source}) does not exist; {AgentUnits.Bootstrap} creates it") { Reason = Reasons.ChmpxUserMissing };
        }

        var created = await accounts.CreateAsync(user.Name, Home, cancel);
        (user, found) = await LookUpAsync(cancel);
        return found.IsMissing ? Missing(user, $"creating it failed: {created.LastLines()}") : WhyUnknown(user, found) ?? await group.EnsureAsync(user.Name, cancel);
    }

    private static Outcome.Failed Missing(ChmpxUser user, string why) =>
        new($"chmpx's user {user.Name} ({user.Source}) does not exist, and chmpx is not started as root instead; {why}") { Reason = Reasons.ChmpxUserMissing };

    private static Outcome.Failed? WhyUnknown(ChmpxUser user, AccountLookup found) => found.Problem is { } problem
        ? new Outcome.Failed($"whether chmpx's user {user.Name} ({user.Source}) exists is not known, and chmpx is not started as root instead: {problem}") { Reason = Reasons.ChmpxUserUnknown }
        : null;

    /// <summary>The first of the candidates that is not root under another name.</summary>
    private async Task<(ChmpxUser User, AccountLookup Found)> LookUpAsync(CancellationToken cancel)
    {
        var candidates = Candidates;
        foreach (var user in candidates)
        {
            var found = await accounts.FindAsync(user.Name, cancel);
            if (found.Uid is not 0)
            {
                (ExistingName, _uid) = (found.Uid is null ? null : user.Name, found.Uid);
                return (user, found);
            }
        }

        ExistingName = null;
        return (candidates[^1], new AccountLookup(null, $"{candidates[^1].Name} has root's number 0"));
    }
}
