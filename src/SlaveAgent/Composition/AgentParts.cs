using System.Collections.Immutable;
using System.Net;
using Serilog;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Connection;
using SlaveAgent.Files;
using SlaveAgent.Hooks;
using SlaveAgent.Hosting;
using SlaveAgent.Identity;
using SlaveAgent.K2hr3;
using SlaveAgent.Packages;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Roles;
using SlaveAgent.Services;
using SlaveAgent.Settings;
using SlaveAgent.Status;

namespace SlaveAgent.Composition;

/// <summary>The agent put together from its settings; what every command that does something works with.</summary>
internal sealed class AgentParts : IDisposable
{
    /// <summary>For the resolver to say what this host is called; asked beside the loop.</summary>
    private static readonly TimeSpan NameTimeout = TimeSpan.FromSeconds(10);

    private readonly Setup _setup;
    private readonly IdentityKeeper _keeper;
    private readonly SocketTable _sockets = new();
    private readonly HookController? _hooks;
    private StatusBoard? _board;

    private AgentParts(
        Setup setup, AgentSettings settings, HostIdentity host, IdentityReading reading, CommandRunner commands, bool watches, TimeProvider time, ILogger log)
    {
        var (root, identity) = (setup.Root, host.Who);
        _setup = setup;
        _keeper = new IdentityKeeper(root, host, reading.Considered, reading.Machine, reading.Basis, time);
        Settings = settings;
        Root = root;
        Identity = identity;
        Decision = reading.Decision;
        Time = time;
        Log = log;
        var overrides = new OverrideReader(root);
        var resource = ResourceOf(settings, overrides, identity.Role);
        Client = new K2hr3Client(identity, () => host.Token, Connections(settings.K2hr3, root), settings.K2hr3.Timeout, time, settings.K2hr3.LargestAnswer);
        Holds = new HoldKeeper(root, time);
        Evidence = new EvidenceMemory(root, settings.Evidence, time);
        Resource = new ResourceReader(Client, resource, root, Evidence);
        Role = new RoleMemory(Client, resource, root, settings.Slave, Evidence);
        Systemd = SystemdPresence.Find(settings.Services.Manager, root, commands);
        File = new ConfigurationFile(root, OutputPath(settings, overrides), settings.Configuration.Mode, settings.Configuration.Keep, time);
        ControlPort = new ControlPort(time);
        Ring = new RingMemory();
        Addresses = new AddressWatch(HostAddresses.Read, time);
        Func<CancellationToken, Task<CommandResult>>? delegated = watches && settings.Packages.InstallBy == InstallBy.Bootstrap
            ? cancel => Systemd.StartAsync(AgentUnits.Bootstrap, cancel)
            : null;
        var account = new ChmpxAccount(
            Role, RunsPackagedChmpx, () => overrides.Find("SUBPROCESS_USER", OverrideConf.ChmpxHelper), new Accounts(root, commands),
            new ChmpxGroup(new GroupAccounts(root, commands), new SharedDirectories(root), settings.Chmpx.Access, delegated), delegated);
        DropIn = new ChmpxDropIn(root, settings.Chmpx.Unit, File.HostPath, AgentUnits.ExecutableOf(Environment.ProcessPath), () => account.Sharing);
        HostFiles = HostFiles.Of(root);
        var lastGood = new LastGoodConfiguration(Resource, File, Ring, identity.Cuk, HostFiles, Plan, Holds);
        var resolver = new EndpointResolver(Dns.GetHostAddressesAsync, time);
        var inquiries = new RingInquiries(
            resolver, new ServerControlPort(time), new PortProbe(time), Systemd, settings.Chmpx.Unit, time);
        var requester = new StatusRequester(
            root, inquiries, settings.Chmpx.RequestsStatus, () => Client.ClockDifference, time, Random.Shared.NextDouble, log);
        var tracker = new ConnectionTracker(root, settings.Chmpx, path => ChangedAt(root.At(path)), time, Random.Shared.NextDouble, log);

        // A counter that began at zero with each agent would seem to have been counted all over again.
        Ring.Restarts = tracker.Restarts;
        var questions = new RingQuestions(inquiries, tracker, Ring, time, Random.Shared.NextDouble, log);
        ServerSockets = new ServerSockets(_sockets, resolver, Addresses, time);
        var ownName = new OwnNameJudge(File, Ring, new HostNetworkReader(NameTimeout, time).CheckOwnNameAsync);
        var packages = new PackageController(
            Role, File, () => FindInstaller(settings.Packages, root, commands, time), settings.Packages, account, delegated, Holds);
        var connection = new ConnectionController(
            Role, Resource, File, Ring, lastGood, ControlPort, ServerSockets, tracker, questions, requester, Addresses, Systemd, settings.Chmpx, time, log, Holds);
        Configuration = new ConfigurationController(
            Resource, Role, File, Ring, lastGood, Evidence, identity.Cuk, HostFiles, settings.Configuration, settings.Host.RegisterAgain, log, Plan, Holds);

        IController services = Systemd.WhyAbsent is { } why ? new UnmanagedServicesController(Role, File, Ring, why) : new ServiceController(
            Role, File, Ring, account, new ChmpxUnitFiles(root, DropIn, File.HostPath, settings.Chmpx, time), Systemd, settings.Services, settings.Chmpx.Unit, new ControlPort(time),
            () => packages.IsComplete, tracker.NoteOtherRestart, root, time, Holds);

        // Hooks are told of a connection that is watched.
        _hooks = watches ? new HookController(() => _board?.Snapshot(), Systemd, root, time, Systemd.WhyAbsent is null ? null : new HookProcess(root, Environment.ProcessPath!)) : null;
        Controllers =
        [
            new PausableController(new RegistrationController(Client, resource, _keeper, () => host.Token, Addresses), Holds),
            new PausableController(new RoleController(Role, Resource, identity.Cuk), Holds),
            Configuration,
            Systemd.WhyAbsent is null ? packages : new UnmanagedPackagesController(Role, File, Systemd.WhyAbsent),
            new OwnNameController(ownName),
            services,
            connection,
            new ReadyController(() => connection.HasJudged ? connection.IsReady : null, Systemd, root, settings.Ready.Follow, time),
            .. new[] { _hooks }.OfType<IController>(),
        ];
    }

    public AgentSettings Settings { get; }

    public HostRoot Root { get; }

    public K2hr3Identity Identity { get; }

    /// <summary>From which the identity follows.</summary>
    public IdentityDecision Decision { get; }

    public TimeProvider Time { get; }

    public ILogger Log { get; }

    public K2hr3Client Client { get; }

    /// <summary>What a person said is to be left alone for a while.</summary>
    public HoldKeeper Holds { get; }

    /// <summary>What K2HR3 goes on saying and is not acted on yet.</summary>
    public EvidenceMemory Evidence { get; }

    public ResourceReader Resource { get; }

    public RoleMemory Role { get; }

    /// <summary>This host's units; nobody's where somebody else runs its services.</summary>
    public ISystemd Systemd { get; }

    /// <summary>Units for commands that wait.</summary>
    public UnitControl Units => new(Systemd, Time);

    public ConfigurationFile File { get; }

    public ControlPort ControlPort { get; }

    public RingMemory Ring { get; }

    public ServerSockets ServerSockets { get; }

    public ChmpxDropIn DropIn { get; }

    public HostFiles HostFiles { get; }

    /// <summary>What of this host a configuration depends on, as it is now.</summary>
    public PlanOptions Plan() => new(Settings.Configuration.KeepsOtherSlaves, Addresses.Refresh())
    {
        Ring = (Ring.View?.ByKey() ?? []).ToImmutableDictionary(server => server.Key, server => server.Value.IsUp),
    };

    public AddressWatch Addresses { get; }

    public ConfigurationController Configuration { get; }

    /// <summary>In the order of their kinds.</summary>
    public IReadOnlyList<IController> Controllers { get; }

    /// <param name="settings">Those of <paramref name="setup"/>, or those that a SIGHUP brought since.</param>
    /// <param name="watches">For the daemon, which may have to leave packages to the bootstrap service.</param>
    /// <param name="takesOffer">Whether to go by an identity that is offered and not by the one in force; also where options name one.</param>
    /// <param name="reading">Who this host is, where that was found out already.</param>
    /// <exception cref="SettingsException">Settings or identity cannot be used.</exception>
    public static async Task<AgentParts> CreateAsync(
        Setup setup, AgentSettings settings, TimeProvider time, ILogger log, CancellationToken cancel, bool watches = false, bool takesOffer = false, IdentityReading? reading = null)
    {
        var commands = new CommandRunner(time);
        reading ??= await IdentityReader.ReadAsync(setup, settings, commands, time, cancel);
        var decision = reading.Decision;
        var identity = takesOffer || !setup.Options.IsEmpty
            ? decision.Offered ?? (decision.Code == IdentityCode.Accepted ? decision.InForce : null)
            : reading.ToRun;
        if (identity is null)
        {
            throw new SettingsException(SettingsCode.BadIdentity, decision.Message);
        }

        if (identity is { Token: null, Who.ByAddress: false })
        {
            throw new SettingsException(SettingsCode.NoToken, "The role token stays off this host's disk, and no credential brings it to this command: give --token-file.");
        }

        var parts = new AgentParts(setup, settings, identity, reading, commands, watches, time, log);
        setup.PlainHttp.Warn(identity.Who.ApiUri, log);
        return parts;
    }

    /// <summary>The loop over these controllers, with what it reports to.</summary>
    /// <param name="keepsStatus">Whether the status file is this process's to write.</param>
    /// <param name="canWait">For the daemon of a host that has its configuration; a command that somebody waits for asks K2HR3 at once.</param>
    public (Reconciler Reconciler, StatusBoard Board) Assemble(IReadOnlyList<IController> controllers, bool keepsStatus, Func<StatusBoard, IReconcilerHost> host, bool canWait = false)
    {
        var board = new StatusBoard(controllers, File, Ring, () => Client.Contact, Identity.Role.ToString(), Root, keepsStatus, Time, Log, () => _hooks?.Last);
        _board = board;
        var schedule = new Schedule(
            controllers, Settings.Watch, Settings.Retry, Random.Shared.NextDouble, () => canWait && Resource.AcceptedText is not null && System.IO.File.Exists(File.Path), new PaceMemory(Root));
        var reconciler = new Reconciler(controllers, schedule, board, host(board), Time, Log);
        if (_hooks is not null)
        {
            board.ConnectionChanged += () => reconciler.Wake(ControllerKinds.Hooks);
        }

        return (reconciler, board);
    }

    /// <summary>
    /// Keeps what only options said of who this host is, and then takes the mark of <c>unregister</c> away: a daemon that is paused checks it at each heartbeat,
    /// and goes by what is kept.
    /// </summary>
    public async Task HandIdentityToDaemonAsync(CancellationToken cancel)
    {
        await _keeper.OfferAsync(_setup.Options, cancel);
        RegularFile.Delete(Root.Agent.UnregisteredMarker);
    }

    public void Dispose()
    {
        Client.Dispose();
        _sockets.Dispose();
    }

    /// <summary>Only of the packaged unit is it known that it, or the agent in its place, chooses chmpx's user.</summary>
    private bool RunsPackagedChmpx() => DropIn.IsForThisHost;

    /// <summary>Where the configuration goes: the setting, else what override.conf tells the shell helper, else the packaged place.</summary>
    internal static string OutputPath(AgentSettings settings, OverrideReader overrides)
    {
        var path = settings.Configuration.Path
            ?? $"{overrides.Find("OUTPUT_DIR")?.TrimEnd('/') ?? "/etc/antpickax"}/{overrides.Find("OUTPUT_FILE") ?? "k2hdkc.ini"}";
        return path.StartsWith('/') && !path.Contains("/../", StringComparison.Ordinal) && Path.GetExtension(path) is ".ini" or ""
                && path.All(c => char.IsAsciiLetterOrDigit(c) || "/._+@-".Contains(c, StringComparison.Ordinal))
            ? path
            : throw new SettingsException(SettingsCode.BadPath, $"The configuration's path {Printable.Of(path)} must be absolute, of plain letters, digits and /._+@-, and end in .ini, or chmpx takes it for another format.");
    }

    internal static Yrn ResourceOf(AgentSettings settings, OverrideReader overrides, Yrn role)
    {
        if ((settings.Configuration.Resource ?? overrides.Find("RESOURCE_PATH")) is not { } text)
        {
            return role.ToResource();
        }

        return Yrn.TryParse(text) is { Type: "resource" } resource
            ? resource
            : throw new SettingsException(SettingsCode.BadResource, $"The resource {Printable.Of(text)} is no full name of a resource, such as yrn:yahoo:::mytenant:resource:mycluster/slave.");
    }

    internal static RenewingHandler Connections(K2hr3Settings settings, HostRoot root)
    {
        if (settings is { ClientCertificate: null, ClientKey: not null })
        {
            throw new SettingsException(SettingsCode.KeyAlone, "k2hr3.client_key is set without k2hr3.client_certificate.", name: "k2hr3.client_key");
        }

        try
        {
            return new RenewingHandler(TlsFilesOf(settings, root), TimeProvider.System, ProxyOf(settings));
        }
        catch (FormatException e)
        {
            throw new SettingsException(SettingsCode.BadProxy, e.Message);
        }
        catch (IOException e)
        {
            throw new SettingsException(SettingsCode.BadTlsFile, e.Message, name: (e as TlsFileException)?.Setting);
        }
    }

    internal static TlsFiles TlsFilesOf(K2hr3Settings settings, HostRoot root)
    {
        return new TlsFiles(At(settings.AuthorityFile), At(settings.ClientCertificate), At(settings.ClientKey));

        string? At(string? file) => file is null ? null : root.At(file);
    }

    /// <exception cref="FormatException">A variable of the environment holds no address of a proxy.</exception>
    internal static ProxyChoice ProxyOf(K2hr3Settings settings) =>
        settings.IsDirect ? ProxyChoice.None : settings.Proxy is { } set ? ProxyChoice.Of(set) : ProxyChoice.OfEnvironment(Environment.GetEnvironmentVariable);

    private static DateTimeOffset? ChangedAt(string path)
    {
        try
        {
            return FileStatus.OfTarget(path)?.ChangedAt;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <returns>Null where the system is of no family that is known.</returns>
    internal static PackageInstaller? FindInstaller(PackageSettings settings, HostRoot root, CommandRunner commands, TimeProvider time)
    {
        var os = OsRelease.Read(root.TryRead("/etc/os-release") ?? root.TryRead("/usr/lib/os-release") ?? string.Empty);
        var distribution = RepositoryDistribution.Of(os, root.TryRead("/etc/debian_version"), settings.Distribution);
        IPackageManager? manager = os.Family switch
        {
            PackageFamily.Debian => new AptPackageManager(commands, root, settings.Repository, distribution, settings.LockTimeout),
            PackageFamily.RedHat => new DnfPackageManager(commands, root, settings.Repository, distribution),
            _ => null,
        };
        return manager is null ? null : new PackageInstaller(manager, root, new RepositoryKey(root, settings.RepositoryKey, settings.KeyFingerprints).ReadAsync, time);
    }
}
