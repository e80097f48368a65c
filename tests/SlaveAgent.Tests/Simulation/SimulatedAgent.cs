using System.Net;
using Serilog.Core;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Connection;
using SlaveAgent.Hosting;
using SlaveAgent.K2hr3;
using SlaveAgent.Packages;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Roles;
using SlaveAgent.Services;
using SlaveAgent.Settings;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Simulation;

/// <summary>The agent's core in a simulated world; a further one knows of the one before only what that left on the disk.</summary>
internal sealed class SimulatedAgent : IReconcilerHost
{
    private readonly SimulatedWorld _world;
    private readonly StatusBoard _board;
    private readonly Reconciler _reconciler;
    private bool _isAlive = true;

    public SimulatedAgent(SimulatedWorld world)
    {
        _world = world;
        var (root, time, log) = (world.Directory.Root, world.Time, Logger.None);
        var settings = AgentSettings.From(new SettingsValues());
        var identity = new K2hr3Identity(new Uri("http://k2hr3.test/"), RoleServer.Role, RoleServer.Role.TenantYrn, "cuk-slv1", "slv1", null, null, false);
        var client = new K2hr3Client(identity, () => RoleToken.TryParse(RoleServer.Token), new SimulatedK2hr3(world, IsAlive), settings.K2hr3.Timeout, time);
        var evidence = new EvidenceMemory(root, settings.Evidence, time);
        var name = RoleServer.Role.ToResource();
        var resource = new ResourceReader(client, name, root, evidence);
        var role = new RoleMemory(client, name, root, settings.Slave, evidence);
        var file = new ConfigurationFile(root, "/etc/antpickax/k2hdkc.ini", settings.Configuration.Mode, settings.Configuration.Keep, time);
        var ring = new RingMemory();
        var files = new HostFiles(_ => true, _ => true);
        var lastGood = new LastGoodConfiguration(resource, file, ring, "cuk-slv1", files);
        var tracker = new ConnectionTracker(root, settings.Chmpx, path => File.Exists(path) ? DateTimeOffset.UnixEpoch : null, time, world.Random.NextDouble, log);
        var inquiries = world.Ring.Inquiries(IsAlive);
        var addresses = new AddressWatch(() => new HashSet<IPAddress> { IPAddress.Parse("10.0.0.1") }, time);
        var questions = new RingQuestions(inquiries, tracker, ring, time, world.Random.NextDouble, log);
        var systemd = world.Systemd.For(IsAlive);
        var account = ChmpxAccounts.Make(root, role, () => false);
        var dropIn = new ChmpxDropIn(root, "chmpx.service", "/etc/antpickax/k2hdkc.ini", "/usr/bin/k2hdkc-slave-agent", () => new ChmpxSharing("k2hdkc", "k2hdkc", null));
        var packages = new PackageController(
            role, file, () => new PackageInstaller(new InstalledPackages(), root, _ => Task.FromResult<(string?, string?)>(("key", null)), time), settings.Packages, account, delegated: null);
        var connection = new ConnectionController(
            role, resource, file, ring, lastGood, world.Ring.For(IsAlive), new ServerSockets(new FakeSocketTable(), new FakeSocketTable().ResolverOf(time), addresses, time), tracker, questions,
            new StatusRequester(root, inquiries, false, () => null, time, world.Random.NextDouble, log), addresses, systemd, settings.Chmpx, time, log);
        IReadOnlyList<IController> controllers =
        [
            new RegistrationController(client, name, Keepers.Of(root, identity, RoleToken.TryParse(RoleServer.Token), time), () => RoleToken.TryParse(RoleServer.Token), addresses),
            new RoleController(role, resource, "cuk-slv1"),
            new ConfigurationController(resource, role, file, ring, lastGood, evidence, "cuk-slv1", files, settings.Configuration, registerAgain: true, log),
            packages,
            new ServiceController(
                role, file, ring, account, new ChmpxUnitFiles(root, dropIn, "/etc/antpickax/k2hdkc.ini", settings.Chmpx, time), systemd, settings.Services, "chmpx.service", world.Ring.For(IsAlive), () => packages.IsComplete, tracker.NoteOtherRestart, root, time),
            connection,
            new ReadyController(() => connection.HasJudged ? connection.IsReady : null, systemd, root, follow: false, time),
        ];
        _board = new StatusBoard(controllers, file, ring, () => client.Contact, null, root, keepsFile: false, time, log);
        _reconciler = new Reconciler(
            controllers, new Schedule(controllers, settings.Watch, settings.Retry, world.Random.NextDouble), _board, this, time, log);
    }

    bool IReconcilerHost.IsPaused => !_isAlive;

    public AgentStatus Status => _board.Snapshot();

    void IReconcilerHost.Pulse()
    {
    }

    public void Start() => _world.Time.Start(() => _reconciler.RunAsync(CancellationToken.None));

    /// <summary>As by SIGKILL: whatever it waited for never comes, and nothing is tidied up.</summary>
    public void Kill() => _isAlive = false;

    private bool IsAlive() => _isAlive;

    private sealed class InstalledPackages : IPackageManager
    {
        public PackageFamily Family => PackageFamily.Debian;

        public string? RepositoryAddress => null;

        public Task<PackageState> StateOfAsync(string package, CancellationToken cancel) => Task.FromResult(PackageState.Installed);

        public Task<bool> ChangesNothingAsync(string package, CancellationToken cancel) => Task.FromResult(true);

        public Task<CommandResult> UpdateListsAsync() => Task.FromResult(new CommandResult(0, string.Empty));

        public Task<CommandResult> InstallAsync(IReadOnlyList<string> packages) => Task.FromResult(new CommandResult(0, string.Empty));

        public bool HasRepository => false;

        public bool SetUpRepository(string key) => false;

        public bool RemoveRepository() => false;

        public bool IsRepositoryAbsent(CommandResult updated) => false;
    }
}
