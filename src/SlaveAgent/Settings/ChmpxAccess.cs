namespace SlaveAgent.Settings;

/// <summary>Which programs on this host may use the cluster; with <see cref="Supervision.Direct"/> only.</summary>
public enum ChmpxAccess
{
    /// <summary>Programs of root, and of users in the group k2hdkc.</summary>
    Group,

    /// <summary>Programs of every local user.</summary>
    All,
}
