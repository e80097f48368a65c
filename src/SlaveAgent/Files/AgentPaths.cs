namespace SlaveAgent.Files;

/// <summary>The paths of one instance of the agent, under its root already. What it shares with other programs, such as chmpx's unit, is not among them.</summary>
public sealed record AgentPaths
{
    private readonly string _settings;

    internal AgentPaths(HostRoot root)
    {
        _settings = root.At($"/etc/{root.Instance}");
        StateDirectory = root.At($"/var/lib/{root.Instance}");
        RuntimeDirectory = root.At($"/run/{root.Instance}");
    }

    public string SettingsFile => _settings + "/agent.yaml";

    public string SettingsDirectory => _settings + "/conf.d";

    /// <summary>Executables that are run after a change; root's.</summary>
    public string HooksDirectory => _settings + "/hooks.d";

    /// <summary>For <c>EnvironmentFile=</c> of a user's service.</summary>
    public string EnvironmentFile => _settings + "/environment";

    /// <summary>What is kept for ever.</summary>
    public string StateDirectory { get; }

    /// <summary>What is kept for this boot.</summary>
    public string RuntimeDirectory { get; }

    /// <summary>Copies (never links, because a hard link hides changes from chmpx: Chmpx/README.md, "Reload") of the last configurations, <c>generation-N.ini</c>.</summary>
    public string GenerationsDirectory => StateDirectory + "/generations";

    /// <summary>What became of the last generations and when, and what was refused.</summary>
    public string History => StateDirectory + "/history.json";

    /// <summary>The last resource text that the agent accepted from K2HR3, with its ETag.</summary>
    public string AcceptedResource => StateDirectory + "/resource.json";

    /// <summary>The last values of the role's keys, so that the services are known after a reboot without K2HR3.</summary>
    public string RoleKeys => StateDirectory + "/role-keys.json";

    /// <summary>The settings that the daemon last ran with; readable by its owner only.</summary>
    public string KeptSettings => StateDirectory + "/settings.json";

    /// <summary>A person's order to leave something alone for a while; there only while there is one, or after it.</summary>
    public string Hold => StateDirectory + "/hold.json";

    /// <summary>What the hooks were last told, or would have been.</summary>
    public string HookMemory => StateDirectory + "/hooks.json";

    /// <summary>Exists after <c>unregister</c>: a running agent pauses until <c>bootstrap</c> removes it.</summary>
    public string UnregisteredMarker => StateDirectory + "/unregistered";

    /// <summary>Exists after <c>adopt</c> until the host is handed back: the units of the shell tooling that ran before.</summary>
    public string AdoptedTooling => StateDirectory + "/adopted.json";

    /// <summary>The configuration before <c>adopt</c>.</summary>
    public string AdoptedConfiguration => StateDirectory + "/adopted.ini";

    /// <summary>The machine that the identity was registered from; readable by its owner only.</summary>
    public string Machine => StateDirectory + "/machine.json";

    /// <summary>How rarely a loaded K2HR3 is asked; does not exist while it is not loaded.</summary>
    public string K2hr3Pace => StateDirectory + "/k2hr3-pace.json";

    /// <summary>When servers were requested to resend their status to the ring.</summary>
    public string StatusRequests => StateDirectory + "/status-requests.json";

    /// <summary>The identity of this host: what K2HR3 accepted, and what is offered to it. Accessible to its owner only.</summary>
    public string IdentityDirectory => StateDirectory + "/identity";

    /// <summary>The identity that K2HR3 accepted last.</summary>
    public string AcceptedIdentity => IdentityDirectory + "/accepted.json";

    /// <summary>Identities that K2HR3 has not accepted yet, one file per source.</summary>
    public string PendingDirectory => IdentityDirectory + "/pending";

    /// <summary>The values from the User Data Script or found in the identity files.</summary>
    public string HandedIdentity => PendingDirectory + "/user-data";

    /// <summary>The values from command line options.</summary>
    public string OptionsIdentity => PendingDirectory + "/options";

    /// <summary>Replaced registrations, until they are removed from K2HR3.</summary>
    public string FormerIdentities => IdentityDirectory + "/former.json";

    /// <summary>Configurations of other machines, moved away on a copy of their disk.</summary>
    public string ForeignDirectory => StateDirectory + "/foreign";

    public string StatusFile => RuntimeDirectory + "/status.json";

    /// <summary>The status as metrics, for Prometheus.</summary>
    public string MetricsFile => RuntimeDirectory + "/metrics.prom";

    /// <summary>What changed, for <c>EnvironmentFile=</c> of the unit that runs the hooks.</summary>
    public string HookEnvironment => RuntimeDirectory + "/hook.env";

    /// <summary>The run of the hooks that was requested; there until its end was seen.</summary>
    public string HookRun => RuntimeDirectory + "/hook-run.json";

    /// <summary>How the last run of the hooks ended; written by their unit.</summary>
    public string HookResult => RuntimeDirectory + "/hook-result.json";

    /// <summary>Held by who runs the hooks where systemd does not.</summary>
    public string HookLock => RuntimeDirectory + "/hook.lock";

    /// <summary>When the daemon's loop last went on, where systemd's watchdog is not told: milliseconds of the host's monotonic clock.</summary>
    public string Heartbeat => RuntimeDirectory + "/heartbeat";

    /// <summary>What the repair of the connection has to know of this boot's past.</summary>
    public string ConnectionMemory => RuntimeDirectory + "/connection.json";

    /// <summary>There while chmpx runs by an older unit file than the one in place.</summary>
    public string ChmpxUnitChange => RuntimeDirectory + "/chmpx-unit-change.json";

    /// <summary>What was observed in this boot of the ready target and the units that require it.</summary>
    public string ReadyMemory => RuntimeDirectory + "/ready.json";

    /// <summary>Oneshots of the role that were started in this boot.</summary>
    public string StartedOneshots => RuntimeDirectory + "/oneshots.json";

    /// <summary>When chmpx's unit was last started, and on what.</summary>
    public string ChmpxStart => RuntimeDirectory + "/chmpx-start.json";

    /// <summary>When the lists of packages were last fetched, and for which packages.</summary>
    public string PackageLists => RuntimeDirectory + "/package-lists.json";

    /// <summary>What K2HR3 goes on saying and is not acted on until it has said so for long enough; ends with the boot.</summary>
    public string Evidence => RuntimeDirectory + "/evidence.json";

    /// <summary>Held by the running daemon of a root for its whole life.</summary>
    public string DaemonLock => RuntimeDirectory + "/daemon.lock";

    /// <summary>Held by the daemon while it may change something, that is, except while the host is unregistered.</summary>
    public string WorkLock => RuntimeDirectory + "/work.lock";

    /// <summary>Held by the running bootstrap or unregister of a root for its whole life.</summary>
    public string BootstrapLock => RuntimeDirectory + "/bootstrap.lock";

    /// <summary>Held while several files of the identity are read or written.</summary>
    public string IdentityLock => RuntimeDirectory + "/identity.lock";

    /// <summary>The state of the identity, for <c>status</c> and <c>wait</c>.</summary>
    public string IdentityStatus => RuntimeDirectory + "/identity.json";

    /// <summary>Held while a new configuration is created and installed, by the daemon or <c>regenerate</c>.</summary>
    public string WriteLock => RuntimeDirectory + "/write.lock";
}
