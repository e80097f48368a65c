namespace SlaveAgent.Files;

/// <summary>Every path of the agent's own, in one place. All are host paths: <see cref="HostRoot.At"/> places them under the root.</summary>
public static class AgentPaths
{
    public const string SettingsFile = "/etc/k2hdkc-slave-agent/agent.yaml";
    public const string SettingsDirectory = "/etc/k2hdkc-slave-agent/conf.d";

    /// <summary>For <c>EnvironmentFile=</c> of a user's service.</summary>
    public const string EnvironmentFile = "/etc/k2hdkc-slave-agent/environment";

    public const string StateDirectory = "/var/lib/k2hdkc-slave-agent";

    /// <summary>Copies (never links: a hard link blinds chmpx: Chmpx/README.md, "Reload") of the last configurations, <c>generation-N.ini</c>.</summary>
    public const string GenerationsDirectory = StateDirectory + "/generations";

    /// <summary>The last resource text K2HR3 gave and the agent accepted, with its ETag.</summary>
    public const string AcceptedResource = StateDirectory + "/resource.json";

    /// <summary>What the role's keys last said, so that a reboot without K2HR3 still knows its services.</summary>
    public const string RoleKeys = StateDirectory + "/role-keys.json";

    /// <summary>There after <c>unregister</c>: a running agent rests until <c>bootstrap</c> takes it away.</summary>
    public const string UnregisteredMark = StateDirectory + "/unregistered";

    /// <summary>There after <c>adopt</c>, until the host is given back: what of the shell tooling ran before.</summary>
    public const string AdoptedTooling = StateDirectory + "/adopted.json";

    /// <summary>The configuration as <c>adopt</c> found it.</summary>
    public const string AdoptedConfiguration = StateDirectory + "/adopted.ini";

    /// <summary>The machine that the identity was registered from; only its owner reads it.</summary>
    public const string Machine = StateDirectory + "/machine.json";

    /// <summary>When servers were asked to tell the ring their status again.</summary>
    public const string StatusRequests = StateDirectory + "/status-requests.json";

    /// <summary>Who this host is: what K2HR3 accepted, and what is offered to it. Only its owner enters it.</summary>
    public const string IdentityDirectory = StateDirectory + "/identity";

    /// <summary>The identity that K2HR3 accepted last.</summary>
    public const string AcceptedIdentity = IdentityDirectory + "/accepted.json";

    /// <summary>Identities that K2HR3 has not accepted yet, a file a source.</summary>
    public const string PendingDirectory = IdentityDirectory + "/pending";

    /// <summary>What the User Data Script handed over, or was found in the identity files.</summary>
    public const string HandedIdentity = PendingDirectory + "/user-data";

    /// <summary>What a person's options said.</summary>
    public const string OptionsIdentity = PendingDirectory + "/options";

    /// <summary>Registrations that another one took the place of, until K2HR3 has forgotten them.</summary>
    public const string FormerIdentities = IdentityDirectory + "/former.json";

    /// <summary>Configurations of other machines, set aside on a copy of their disk.</summary>
    public const string ForeignDirectory = StateDirectory + "/foreign";

    public const string RuntimeDirectory = "/run/k2hdkc-slave-agent";
    public const string StatusFile = RuntimeDirectory + "/status.json";

    /// <summary>What the repair of the connection has to know of this boot's past.</summary>
    public const string ConnectionMemory = RuntimeDirectory + "/connection.json";

    /// <summary>There while chmpx's unit is to be restarted, because the drop-in has come or gone since its last start.</summary>
    public const string ChmpxRestartDue = RuntimeDirectory + "/chmpx-restart-due";

    /// <summary>When chmpx's unit was last started, and on what.</summary>
    public const string ChmpxStart = RuntimeDirectory + "/chmpx-start.json";

    /// <summary>What K2HR3 goes on saying and is not acted on until it has said so for long enough; ends with the boot.</summary>
    public const string Evidence = RuntimeDirectory + "/evidence.json";

    /// <summary>Held by the one watching agent of a root as long as it lives.</summary>
    public const string DaemonLock = RuntimeDirectory + "/daemon.lock";

    /// <summary>Held by the watching agent while it may change something: not while the host is unregistered.</summary>
    public const string WorkLock = RuntimeDirectory + "/work.lock";

    /// <summary>Held by the one bootstrap or unregister of a root as long as it lives.</summary>
    public const string BootstrapLock = RuntimeDirectory + "/bootstrap.lock";

    /// <summary>Held while the identity's files are read and written together.</summary>
    public const string IdentityLock = RuntimeDirectory + "/identity.lock";

    /// <summary>Where the host stands with its identity, for <c>status</c> and <c>wait</c>.</summary>
    public const string IdentityStatus = RuntimeDirectory + "/identity.json";

    /// <summary>Held while a new configuration is made and put in place: the daemon and <c>regenerate</c> take turns.</summary>
    public const string WriteLock = RuntimeDirectory + "/write.lock";
}
