using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>
/// Has systemd run chmpx itself where its packaged unit runs it through a shell helper: started at once instead of after 10 s, stopped by SIGHUP
/// (chmpx blocks SIGTERM) instead of after the stop time-out, and back within a second of an exit instead of after 11 s (chmpx.md).
/// </summary>
/// <param name="findUser">The user that chmpx runs as; null while there is none on this host.</param>
/// <param name="iniPath">The configuration, without the root.</param>
public sealed class ChmpxDropIn(HostRoot root, string unit, string iniPath, Func<string?> findUser)
{
    private const string Helper = "chmpx-service-helper";
    private const string Program = "/usr/bin/chmpx";

    private string Path => $"/etc/systemd/system/{unit}.d/k2hdkc-slave-agent.conf";

    /// <summary>Whether the unit is the packaged one, so that the agent knows what it replaces.</summary>
    public bool IsForThisHost =>
        AgentUnits.FindFile(root, unit) is { } file
        && root.TryRead(file)?.Contains(Helper, StringComparison.Ordinal) is true
        && File.Exists(root.At(Program));

    public bool IsThere => File.Exists(root.At(Path));

    /// <returns>Whether anything was written: then systemd has to load its units again.</returns>
    public bool Write() => SystemFile.WriteIfDifferent(root.At(Path), Content());

    /// <returns>Whether it was there.</returns>
    public bool Remove()
    {
        var wasThere = IsThere;
        root.Delete(Path);
        return wasThere;
    }

    private string Content()
    {
        string[] lines =
        [
            "# Written by k2hdkc-slave-agent, because chmpx.supervision is direct; changes are overwritten.",
            "[Unit]",
            "StartLimitIntervalSec=0",
            $"ConditionPathExists={iniPath}",
            "",
            "[Service]",
            "Type=simple",
            .. User(),
            "# The names stand for what chmpx's package makes, open to the programs that share its memory files.",
            "StateDirectory=antpickax",
            "StateDirectoryMode=0777",
            "RuntimeDirectory=antpickax",
            "RuntimeDirectoryMode=0777",
            "RuntimeDirectoryPreserve=yes",
            "LimitMSGQUEUE=infinity",
            "ExecStartPre=",
            "# Where the kernel's settings are read-only, chmpx itself tells whether they do.",
            "ExecStartPre=-+/sbin/sysctl -q -w fs.mqueue.msg_max=1025 fs.mqueue.queues_max=1025",
            "ExecStart=",
            $"ExecStart={Program} -conf {iniPath}",
            "ExecStop=",
            "PIDFile=",
            "KillSignal=SIGHUP",
            "TimeoutStopSec=10s",
            "Restart=always",
            "RestartSec=200ms",
            "",
        ];
        return string.Join('\n', lines);
    }

    private string[] User() => findUser() is { } user ? [$"User={user}"] : [];
}
