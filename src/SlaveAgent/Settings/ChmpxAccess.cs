namespace SlaveAgent.Settings;

/// <summary>Which programs on this host may use the cluster; with <see cref="Supervision.Direct"/> only.</summary>
public enum ChmpxAccess
{
    /// <summary>Root's, and those whose user is in the group k2hdkc.</summary>
    Group,

    /// <summary>Those of every local user.</summary>
    All,
}
