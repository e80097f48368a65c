using System.Globalization;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;

namespace SlaveAgent.Packages;

/// <summary>The group whose members' programs may use the cluster, seen to exist before chmpx is started with it.</summary>
/// <param name="directories">What chmpx shares with it.</param>
/// <param name="access">With <see cref="ChmpxAccess.All"/> no group is needed.</param>
/// <param name="delegated">Has the bootstrap service create it; null where this process may.</param>
public sealed class ChmpxGroup(GroupAccounts groups, SharedDirectories directories, ChmpxAccess access, Func<CancellationToken, Task<CommandResult>>? delegated)
{
    /// <summary>A program joins by <c>SupplementaryGroups=k2hdkc</c>.</summary>
    public const string Name = "k2hdkc";

    /// <summary>Who shares chmpx's files, as last found out; null while the group is not there.</summary>
    public ChmpxSharing? Sharing { get; private set; }

    /// <summary>The group's number; null while it is not there, or where every local user may use the cluster.</summary>
    public uint? Gid { get; private set; }

    /// <summary>Finds out whether the group is there.</summary>
    /// <param name="user">chmpx's.</param>
    /// <returns>Null when it is, or is not needed; else why chmpx must not be started.</returns>
    public async Task<Outcome?> CheckAsync(string user, CancellationToken cancel) =>
        await LookUpAsync(user, cancel) is var found && found.IsMissing ? Missing($"{AgentUnits.Bootstrap} creates it") : WhyUnknown(found);

    /// <summary>
    /// Creates the group where it is missing and closes the directories that a package opened, where this process may, else has the bootstrap service
    /// create it.
    /// </summary>
    /// <param name="user">chmpx's.</param>
    /// <returns>Null when it is there, or is not needed; else what is still to be done, or why it could not be.</returns>
    public async Task<Outcome?> EnsureAsync(string user, CancellationToken cancel)
    {
        var found = await LookUpAsync(user, cancel);
        if (!found.IsMissing)
        {
            return WhyUnknown(found) ?? (delegated is null && access == ChmpxAccess.Group ? Close(found.Gid) : null);
        }

        if (delegated is not null)
        {
            return await delegated(cancel) is { IsDone: false } notStarted
                ? Missing($"{AgentUnits.Bootstrap}, which creates it, could not be started: {notStarted.LastLines()}")
                : new Outcome.Waiting($"the group {Name}, which chmpx shares its files with, does not exist; {AgentUnits.Bootstrap} creates it") { Reason = Reasons.ChmpxGroupMissing };
        }

        var created = await groups.CreateAsync(Name, cancel);
        found = await LookUpAsync(user, cancel);
        return found.IsMissing ? Missing($"creating it failed: {created.LastLines()}") : WhyUnknown(found);
    }

    private Outcome.Failed? Close(uint gid) => directories.Restore(gid) is { } problem
        ? new Outcome.Failed($"closing chmpx's directories to all but the group {Name} failed: {problem}")
        : null;

    private static Outcome.Failed Missing(string why) =>
        new($"the group {Name}, which chmpx shares its files with, does not exist; {why}") { Reason = Reasons.ChmpxGroupMissing };

    private static Outcome.Failed? WhyUnknown(GroupLookup found) => found.Problem is { } problem
        ? new Outcome.Failed($"whether the group {Name} exists, which chmpx shares its files with, is not known: {problem}") { Reason = Reasons.ChmpxGroupUnknown }
        : null;

    private async Task<GroupLookup> LookUpAsync(string user, CancellationToken cancel)
    {
        if (access == ChmpxAccess.All)
        {
            (Sharing, Gid) = (new ChmpxSharing(user, null, null), null);
            return new GroupLookup(string.Empty);
        }

        var found = await groups.FindAsync(Name, cancel);
        Gid = found.Name is null ? null : found.Gid;
        Sharing = found.Name is null ? null : new ChmpxSharing(user, Name, await OwnGroupAsync(user, found.Gid, cancel));
        return found;
    }

    /// <summary>The user's own group where <c>Group=</c> takes its place.</summary>
    private async Task<string?> OwnGroupAsync(string user, uint group, CancellationToken cancel)
    {
        if (await groups.OfUserAsync(user, cancel) is not { } own || own == group)
        {
            return null;
        }

        var number = own.ToString(CultureInfo.InvariantCulture);
        return await groups.FindAsync(number, cancel) is { Name: { } name } && UserName.IsValid(name) ? name : number;
    }
}
