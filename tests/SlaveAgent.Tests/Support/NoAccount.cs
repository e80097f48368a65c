using SlaveAgent.Files;
using SlaveAgent.Packages;
using SlaveAgent.Roles;

namespace SlaveAgent.Tests.Support;

/// <summary>For tests of something else: the user of a chmpx whose unit is not the packaged one, where the agent has no say in it.</summary>
internal static class NoAccount
{
    public static ChmpxAccount Of(RoleMemory role, HostRoot root) => ChmpxAccounts.Make(root, role, () => false);
}
