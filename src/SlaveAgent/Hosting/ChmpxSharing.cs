namespace SlaveAgent.Hosting;

/// <summary>chmpx's user, and the group that shares its files.</summary>
/// <param name="User">chmpx's user.</param>
/// <param name="Group">The group whose members may use the cluster; null when every local user may.</param>
/// <param name="OwnGroup">The user's primary group if it is a different one, by name or ID: certificates may be readable by it only.</param>
public sealed record ChmpxSharing(string User, string? Group, string? OwnGroup)
{
    /// <summary>For files that chmpx creates.</summary>
    public string UMask => Group is null ? "0000" : "0007";

    /// <summary>For the directories it shares with programs: new files there belong to the group, regardless of their creator.</summary>
    public string DirectoryMode => Group is null ? "0777" : "2770";
}
