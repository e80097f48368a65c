using SlaveAgent.Files;

namespace SlaveAgent.Reconciling;

/// <summary>Stable codes of what a controller observed, for programs; the message beside them is for people and may be reworded at any time.</summary>
public static class Reasons
{
    /// <summary>As it should be; of an outcome that gives no reason of its own.</summary>
    public const string AsDesired = nameof(AsDesired);

    /// <summary>It was not as it should be and now is.</summary>
    public const string Changed = nameof(Changed);

    /// <summary>The role, or a setting, leaves nothing to do.</summary>
    public const string NotApplicable = nameof(NotApplicable);

    /// <summary>Somebody else has to act, or some time to pass.</summary>
    public const string Waiting = nameof(Waiting);

    /// <summary>It failed and is tried again.</summary>
    public const string Failed = nameof(Failed);

    /// <summary>No agent runs on this host.</summary>
    public const string NoAgent = nameof(NoAgent);

    /// <summary>The host was unregistered.</summary>
    public const string Unregistered = nameof(Unregistered);

    /// <summary>No run has ended yet.</summary>
    public const string NotObserved = nameof(NotObserved);

    /// <summary>A file or another means of this host could not be used.</summary>
    public const string HostError = nameof(HostError);

    /// <summary>A file cannot be replaced because a file system is mounted on it.</summary>
    public const string MountPoint = nameof(MountPoint);

    /// <summary>A file cannot be replaced because of <c>chattr +i</c> or <c>+a</c>.</summary>
    public const string ImmutableFile = nameof(ImmutableFile);

    /// <summary>The mode of the configuration keeps chmpx's user out, and the file system has no access control lists by which it could read it.</summary>
    public const string NoAccessLists = nameof(NoAccessLists);

    /// <summary>A fault of the agent's own.</summary>
    public const string InternalError = nameof(InternalError);

    /// <summary>K2HR3 was not reached, or closed the connection.</summary>
    public const string K2hr3Unreachable = nameof(K2hr3Unreachable);

    /// <summary>K2HR3 had the request and did not answer in time.</summary>
    public const string K2hr3Timeout = nameof(K2hr3Timeout);

    /// <summary>The proxy on the way to K2HR3 refused to connect to it, or asks for a password.</summary>
    public const string ProxyRefused = nameof(ProxyRefused);

    /// <summary>TLS with K2HR3 failed: its certificate is not trusted, has another name or expired, or it does not accept this host's.</summary>
    public const string K2hr3Untrusted = nameof(K2hr3Untrusted);

    /// <summary>K2HR3's answer is larger than <c>k2hr3.largest_answer</c>.</summary>
    public const string AnswerTooLarge = nameof(AnswerTooLarge);

    /// <summary>K2HR3 does not know the role token, or its store is in trouble.</summary>
    public const string TokenRejected = nameof(TokenRejected);

    /// <summary>K2HR3 refused, or its store is in trouble.</summary>
    public const string K2hr3Refused = nameof(K2hr3Refused);

    /// <summary>K2HR3's answer does not belong to the request.</summary>
    public const string K2hr3Unexpected = nameof(K2hr3Unexpected);

    /// <summary>K2HR3 has taken this host into its role.</summary>
    public const string Registered = nameof(Registered);

    /// <summary>K2HR3 knows this host by its address, and nothing is to be registered.</summary>
    public const string KnownByAddress = nameof(KnownByAddress);

    /// <summary>The file of the role token is gone.</summary>
    public const string TokenMissing = nameof(TokenMissing);

    /// <summary>Another identity was put in force meanwhile.</summary>
    public const string IdentityReplaced = nameof(IdentityReplaced);

    /// <summary>The role lists neither packages nor services, so a slave node gets the documented ones.</summary>
    public const string DocumentedSet = nameof(DocumentedSet);

    /// <summary>The role is no slave node's, so there is nothing to configure; the outcome says whether that is confirmed.</summary>
    public const string NotASlave = nameof(NotASlave);

    /// <summary>A setting names a resource in place of the role's own, and it is no slave's configuration, such as that of the cluster's servers.</summary>
    public const string ResourceNotASlaves = nameof(ResourceNotASlaves);

    /// <summary>The settings' files cannot be used, and those that were last in force are.</summary>
    public const string SettingsRefused = nameof(SettingsRefused);

    /// <summary>The role of a host that has been a slave node, or its leave to read its resource, has been gone for long enough to be no trouble of a store's.</summary>
    public const string RoleGone = nameof(RoleGone);

    /// <summary>The role was never read.</summary>
    public const string RoleUnknown = nameof(RoleUnknown);

    /// <summary>The role's resource was a slave's configuration and now is none; the last good file stays.</summary>
    public const string SuddenlyNotASlave = nameof(SuddenlyNotASlave);

    /// <summary>The role's resource does not list this host.</summary>
    public const string NotListed = nameof(NotListed);

    /// <summary>chmpx would exit on the role's resource, or be harmed by it; the last good file stays.</summary>
    public const string ConfigurationRefused = nameof(ConfigurationRefused);

    /// <summary>A list of servers that lost most of them is not taken yet.</summary>
    public const string LargeShrink = nameof(LargeShrink);

    /// <summary>A new generation has lost connections that the one before had, to servers that nothing says are down.</summary>
    public const string ConnectionsLost = nameof(ConnectionsLost);

    /// <summary>The configuration was made again from the last answer that was accepted.</summary>
    public const string Restored = nameof(Restored);

    /// <summary>A person paused the agent: it observes, and changes nothing.</summary>
    public const string Paused = nameof(Paused);

    /// <summary>A person went back to an earlier generation, and the configuration is held there.</summary>
    public const string Held = nameof(Held);

    /// <summary>Connected, but for servers on whose connection nothing is acknowledged any more.</summary>
    public const string HalfOpen = nameof(HalfOpen);

    /// <summary>There is no configuration in place.</summary>
    public const string NoConfiguration = nameof(NoConfiguration);

    /// <summary>The file in place is no chmpx configuration.</summary>
    public const string ForeignFile = nameof(ForeignFile);

    /// <summary>The file was just written, and chmpx is given time to notice it.</summary>
    public const string JustWritten = nameof(JustWritten);

    /// <summary>The system has no package manager that the agent knows.</summary>
    public const string UnsupportedSystem = nameof(UnsupportedSystem);

    /// <summary>The role lists what no package, or no unit, can be called; the others are managed.</summary>
    public const string InvalidName = nameof(InvalidName);

    /// <summary>Packages are missing, and a setting forbids to install them.</summary>
    public const string InstallOff = nameof(InstallOff);

    /// <summary>The role lists units, and none of them can be called so: nothing will run chmpx.</summary>
    public const string NothingValid = nameof(NothingValid);

    /// <summary>The bootstrap service was asked to do it.</summary>
    public const string Delegated = nameof(Delegated);

    /// <summary>Some packages could not be installed.</summary>
    public const string PackagesMissing = nameof(PackagesMissing);

    /// <summary>The AntPickax repository could not be set up.</summary>
    public const string RepositoryFailed = nameof(RepositoryFailed);

    /// <summary>The AntPickax repository has nothing for this system, or is not signed with its key; its source was taken away again.</summary>
    public const string RepositoryAbsent = nameof(RepositoryAbsent);

    /// <summary>What the AntPickax repository calls this system is not known, so that no source was added.</summary>
    public const string DistributionUnknown = nameof(DistributionUnknown);

    /// <summary>The role lists an older version of a package than is installed; the newer one stays.</summary>
    public const string NewerInstalled = nameof(NewerInstalled);

    /// <summary>The user that chmpx is to run as does not exist; only bootstrap, which is not hardened, can create it.</summary>
    public const string ChmpxUserMissing = nameof(ChmpxUserMissing);

    /// <summary>Whether the user that chmpx is to run as exists could not be found out.</summary>
    public const string ChmpxUserUnknown = nameof(ChmpxUserUnknown);

    /// <summary>The group that chmpx shares its files with does not exist; only bootstrap, which is not hardened, can create it.</summary>
    public const string ChmpxGroupMissing = nameof(ChmpxGroupMissing);

    /// <summary>Whether the group that chmpx shares its files with exists could not be found out.</summary>
    public const string ChmpxGroupUnknown = nameof(ChmpxGroupUnknown);

    /// <summary>systemd does not answer.</summary>
    public const string SystemdUnreachable = nameof(SystemdUnreachable);

    /// <summary>Units are not there, masked, or fail; the others run.</summary>
    public const string UnitsFailing = nameof(UnitsFailing);

    /// <summary>Units are being started or stopped, or were just asked to start.</summary>
    public const string UnitsChanging = nameof(UnitsChanging);

    /// <summary>systemd has not loaded the unit files as they are now.</summary>
    public const string UnitsNotReloaded = nameof(UnitsNotReloaded);

    /// <summary>chmpx runs by an older unit file; the new one takes effect at its next start.</summary>
    public const string RestartPending = nameof(RestartPending);

    /// <summary>A unit that this agent stands in for runs beside it.</summary>
    public const string OtherToolRuns = nameof(OtherToolRuns);

    /// <summary>The NAME in this host's own entry is not this host, so that chmpx ends at its start.</summary>
    public const string OwnNameRefused = nameof(OwnNameRefused);

    /// <summary>The connection is not there, so that nothing is announced.</summary>
    public const string NotConnected = nameof(NotConnected);

    /// <summary>The host has no ready target.</summary>
    public const string NoTarget = nameof(NoTarget);

    /// <summary>There are no hooks, or none was run yet.</summary>
    public const string NoHooks = nameof(NoHooks);

    /// <summary>Hooks are run, or are about to be.</summary>
    public const string HooksRunning = nameof(HooksRunning);

    /// <summary>Some of the hooks failed at the last change.</summary>
    public const string HooksFailed = nameof(HooksFailed);

    /// <summary>The hooks did not end within their unit's time limit.</summary>
    public const string HooksTimedOut = nameof(HooksTimedOut);

    /// <summary>A hook is not run because others than root could have written it; the others were.</summary>
    public const string HooksRefused = nameof(HooksRefused);

    /// <summary>The unit that runs the hooks could not be started, or starts of it show no effect; that is tried again.</summary>
    public const string HooksNotStarted = nameof(HooksNotStarted);

    /// <summary>A condition of the unit that runs the hooks was not met at the last change, so that none was run.</summary>
    public const string HooksSkipped = nameof(HooksSkipped);

    /// <summary>The unit that runs the hooks is masked.</summary>
    public const string HookUnitMasked = nameof(HookUnitMasked);

    /// <summary>The host does not have the unit that runs the hooks.</summary>
    public const string NoHookUnit = nameof(NoHookUnit);

    /// <summary>There is no systemd, as in a container: packages and services are left to whoever runs it.</summary>
    public const string NoServiceManager = nameof(NoServiceManager);

    /// <summary>chmpx, which somebody else runs, does not answer.</summary>
    public const string ChmpxNotRunning = nameof(ChmpxNotRunning);

    /// <summary>chmpx has to be restarted, and somebody else runs it.</summary>
    public const string ChmpxRestartNeeded = nameof(ChmpxRestartNeeded);

    /// <summary>The host has no systemctl, or systemd is not at work.</summary>
    public const string NoSystemd = nameof(NoSystemd);

    /// <summary>The reason of an outcome that ended with what this host refused.</summary>
    internal static string OfHost(Exception error) => error is not FileBlockedException blocked ? HostError : blocked.Block switch
    {
        FileBlock.MountPoint => MountPoint,
        FileBlock.Immutable => ImmutableFile,
        _ => NoAccessLists,
    };
}
