using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>
/// Makes systemd run chmpx directly where its packaged unit runs it through a shell helper: it starts immediately instead of after 10 s, stops by SIGHUP
/// (chmpx blocks SIGTERM) instead of after the stop timeout, and restarts within a second of an exit instead of after 11 s. Also sets chmpx's user
/// and which programs may use its files, because the daemon, which has no capabilities, cannot create directories for another group.
/// </summary>
/// <param name="iniPath">The configuration, without the root.</param>
/// <param name="agent">The agent's executable on the host.</param>
/// <param name="sharing">chmpx's user and the group that shares its files; null while unknown.</param>
public sealed class ChmpxDropIn(HostRoot root, string unit, string iniPath, string agent, Func<ChmpxSharing?> sharing)
{
    private const string Helper = "chmpx-service-helper";
    private const string Program = "/usr/bin/chmpx";

    private string Path => $"/etc/systemd/system/{unit}.d/k2hdkc-slave-agent.conf";

    /// <summary>Whether the unit is the packaged one, whose behaviour the agent knows.</summary>
    public bool IsForThisHost =>
        AgentUnits.FindFile(root, unit) is { } file
        && root.TryRead(file)?.Contains(Helper, StringComparison.Ordinal) is true
        && File.Exists(root.At(Program));

    public bool Exists => File.Exists(root.At(Path));

    /// <summary>Whether chmpx's user is known; until then nothing is written.</summary>
    public bool IsKnown => sharing() is not null;

    /// <summary>Whether it is not there, or not as it should be; false while that is not known.</summary>
    public bool IsDifferent => sharing() is { } known && root.TryRead(Path) != Content(known);

    /// <returns>Whether anything was written: then systemd has to load its units again.</returns>
    public bool Write() => sharing() is { } known && SystemFile.WriteIfDifferent(root.At(Path), Content(known));

    /// <returns>Whether it existed.</returns>
    public bool Remove()
    {
        var existed = Exists;
        root.Delete(Path);
        return existed;
    }

    private string Content(ChmpxSharing known)
    {
        string[] lines =
        [
            "# Written by k2hdkc-slave-agent, because chmpx.supervision is direct; changes are overwritten.",
            "[Unit]",
            "# Accounts of a directory service are available only after this target.",
            "After=nss-user-lookup.target",
            "# A unit at its start limit cannot be restarted; failing starts are delayed below instead.",
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
            "# The start is skipped on a copy of a registered machine's disk, whose identity and configuration are the other machine's. Any other result",
            "# of the check does not prevent the start.",
            $"ExecCondition=+/bin/sh -c '[ ! -x {agent} ] || {{ {agent} check-machine; [ $$? -ne 1 ]; }}'",
            "ExecStartPre=",
            "# Where the kernel's settings are read-only, chmpx itself checks whether they are sufficient.",
            "ExecStartPre=-+/sbin/sysctl -q -w fs.mqueue.msg_max=1025 fs.mqueue.queues_max=1025",
            "# A killed chmpx leaves its shared memory of 7 MB behind, and the next one only renames it.",
            "ExecStartPre=-/usr/bin/find /var/lib/antpickax -maxdepth 1 -type f ( -name *.chmpx.bup -o -name *.chmpx.bup.* ) -delete",
            "# Removes files that another user's chmpx left and this one cannot replace, and waits before the start when the last one failed.",
            $"ExecStartPre=-+/bin/sh -c '[ ! -x {agent} ] || exec {agent} prepare-chmpx --unit {unit} --configuration {iniPath}'",
            "# As chmpx's user: names in the journal what chmpx would end on, such as a private key that this user may not read.",
            $"ExecStartPre=-/bin/sh -c '[ ! -x {agent} ] || exec {agent} check-configuration --configuration {iniPath}'",
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
        { Group: null } => ["# Its memory files are accessible to programs of every local user, because chmpx.access is all."],
        { Group: var group, OwnGroup: null } => [$"# Its memory files are shared with the programs of this group; a program joins by SupplementaryGroups={group}.", $"Group={group}"],
        { Group: var group, OwnGroup: var own } =>
        [
            $"# Its memory files are shared with the programs of this group; a program joins by SupplementaryGroups={group}.",
            $"Group={group}",
            "# The user's own group, which Group= replaces.",
            $"SupplementaryGroups={own}",
        ],
    };
}
