namespace SlaveAgent.Hosting;

/// <summary>Whom chmpx runs as, and who shares its files.</summary>
/// <param name="User">chmpx's own user.</param>
/// <param name="Group">The group whose members may use the cluster; null where every local user may.</param>
/// <param name="OwnGroup">The user's own group where it is another one, by name or number: certificates may be readable by it alone.</param>
public sealed record ChmpxSharing(string User, string? Group, string? OwnGroup)
{
    /// <summary>Of what chmpx makes.</summary>
    public string UMask => Group is null ? "0000" : "0007";

    /// <summary>Of the directories it shares with programs: what is made there belongs to the group, whoever makes it.</summary>
    public string DirectoryMode => Group is null ? "0777" : "2770";
}
