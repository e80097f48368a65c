using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Packages;
using SlaveAgent.Roles;
using SlaveAgent.Settings;

namespace SlaveAgent.Tests.Support;

/// <summary>A <see cref="ChmpxAccount"/> over a test's root.</summary>
internal static class ChmpxAccounts
{
    /// <param name="access">With <see cref="ChmpxAccess.All"/>, which is not the default of the settings, only the user matters.</param>
    public static ChmpxAccount Make(
        HostRoot root,
        RoleMemory role,
        Func<bool> isNeeded,
        Func<string?>? ofOverrideConf = null,
        Func<CancellationToken, Task<CommandResult>>? delegated = null,
        ChmpxAccess access = ChmpxAccess.All)
    {
        var commands = new CommandRunner(TimeProvider.System);
        return new ChmpxAccount(
            role, isNeeded, ofOverrideConf ?? (() => null), new Accounts(root, commands), new ChmpxGroup(new GroupAccounts(root, commands), new SharedDirectories(root), access, delegated), delegated);
    }
}
