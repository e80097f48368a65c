using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>
/// Has systemd run chmpx itself where its packaged unit runs it through a shell helper: started at once instead of after 10 s, stopped by SIGHUP
/// (chmpx blocks SIGTERM) instead of after the stop time-out, and back within a second of an exit instead of after 11 s. Also says whom chmpx runs as
/// and which programs may use its files: the daemon, which has no capabilities, may make no directories for another group.
/// </summary>
/// <param name="iniPath">The configuration, without the root.</param>
/// <param name="agent">The agent's executable on the host.</param>
/// <param name="sharing">Whom chmpx runs as and who shares its files; null while that is not known.</param>
public sealed class ChmpxDropIn(HostRoot root, string unit, string iniPath, string agent, Func<ChmpxSharing?> sharing)
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

    /// <summary>Whether it is known whom chmpx runs as; before, nothing is written.</summary>
    public bool IsKnown => sharing() is not null;

    /// <returns>Whether anything was written: then systemd has to load its units again.</returns>
    public bool Write() => sharing() is { } known && SystemFile.WriteIfDifferent(root.At(Path), Content(known));

    /// <returns>Whether it was there.</returns>
    public bool Remove()
    {
        var wasThere = IsThere;
        root.Delete(Path);
        return wasThere;
    }

    private string Content(ChmpxSharing known)
    {
        string[] lines =
        [
            "# Written by k2hdkc-slave-agent, because chmpx.supervision is direct; changes are overwritten.",
            "[Unit]",
            "# An account of a directory service is found only after it.",
            "After=nss-user-lookup.target",
            "# A unit at its limit refuses to be restarted; starts that fail are paced below.",
            "StartLimitIntervalSec=0",
            $"ConditionPathExists={iniPath}",
            "",
            "[Service]",
            "Type=simple",
            "# The packaged unit runs the commands before the start as root.",
            "PermissionsStartOnly=no",
            $"User={known.User}",
            .. Group(known),
            $"UMask={known.UMask}",
            "StateDirectory=antpickax",
            $"StateDirectoryMode={known.DirectoryMode}",
            "RuntimeDirectory=antpickax",
            $"RuntimeDirectoryMode={known.DirectoryMode}",
            "RuntimeDirectoryPreserve=yes",
            "LimitMSGQUEUE=infinity",
            "# Not on a copy of a registered machine's disk, whose identity and configuration are the other machine's: that start is skipped. Any other end",
            "# of the check is no reason to be without chmpx.",
            $"ExecCondition=+/bin/sh -c '[ ! -x {agent} ] || {{ {agent} check-machine; [ $$? -ne 1 ]; }}'",
            "ExecStartPre=",
            "# Where the kernel's settings are read-only, chmpx itself tells whether they do.",
            "ExecStartPre=-+/sbin/sysctl -q -w fs.mqueue.msg_max=1025 fs.mqueue.queues_max=1025",
            "# A chmpx that was killed leaves its shared memory of 7 MB, and the next one only renames it.",
            "ExecStartPre=-/usr/bin/find /var/lib/antpickax -maxdepth 1 -type f ( -name *.chmpx.bup -o -name *.chmpx.bup.* ) -delete",
            "# Removes what another user's chmpx left and this one could not replace, and waits before the start when the last one failed.",
            $"ExecStartPre=-+/bin/sh -c '[ ! -x {agent} ] || exec {agent} prepare-chmpx --unit {unit} --configuration {iniPath}'",
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

    private static string[] Group(ChmpxSharing known) => known switch
    {
        { Group: null } => ["# Its memory files are open to the programs of every local user, because chmpx.access is all."],
        { Group: var group, OwnGroup: null } => [$"# Its memory files are shared with the programs of this group; a program joins by SupplementaryGroups={group}.", $"Group={group}"],
        { Group: var group, OwnGroup: var own } =>
        [
            $"# Its memory files are shared with the programs of this group; a program joins by SupplementaryGroups={group}.",
            $"Group={group}",
            "# The user's own group, which Group= takes the place of.",
            $"SupplementaryGroups={own}",
        ],
    };
}
