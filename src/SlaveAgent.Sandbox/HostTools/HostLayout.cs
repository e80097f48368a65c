namespace SlaveAgent.Sandbox.HostTools;

/// <summary>Paths of the simulated VM: its root, the tools that come first on its PATH, and the sandbox's own state.</summary>
public sealed record HostLayout(string Directory)
{
    public string Root => Path.Combine(Directory, "root");

    public string Bin => Path.Combine(Directory, "bin");

    /// <summary>Where systemctl finds the supervisor.</summary>
    public string Socket => Path.Combine(Directory, "systemd.sock");

    /// <summary>The tools' state of the host; a real one keeps it in dpkg's and systemd's databases.</summary>
    public string State => Path.Combine(Root, "var/lib/sandbox");

    public string UnitDirectory => Path.Combine(Root, "usr/lib/systemd/system");

    public string WantsDirectory => Path.Combine(Root, "etc/systemd/system/multi-user.target.wants");

    public string ChmpxConfiguration => Path.Combine(Root, "etc/antpickax/k2hdkc.ini");

    /// <summary>The PATH for processes on this host.</summary>
    public string SearchPath => $"{Bin}:{Environment.GetEnvironmentVariable("PATH")}";
}
