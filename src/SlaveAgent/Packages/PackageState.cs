namespace SlaveAgent.Packages;

/// <summary>What the host's database of packages says of one that the role lists.</summary>
public enum PackageState
{
    /// <summary>No package of this name is installed, none provides it, or it is older than the version asked for.</summary>
    Missing,

    Installed,

    /// <summary>A newer version than the one asked for is installed, and stays: nothing is ever downgraded.</summary>
    NewerInstalled,
}
