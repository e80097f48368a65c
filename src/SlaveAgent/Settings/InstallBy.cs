namespace SlaveAgent.Settings;

/// <summary>Who runs the package manager.</summary>
public enum InstallBy
{
    /// <summary>The agent itself.</summary>
    Agent,

    /// <summary>The bootstrap service: a hardened daemon cannot write the files of a package.</summary>
    Bootstrap,
}
