using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.K2hr3;
using SlaveAgent.Packages;
using SlaveAgent.Reconciling;
using SlaveAgent.Roles;
using SlaveAgent.Settings;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Packages;

/// <summary>What is installed and in which case nothing is; how apt and dnf are driven, <c>BootstrapTests</c> and the guest's tests see.</summary>
public sealed class PackageControllerTests : IDisposable
{
    private const string Superseded = "k2hr3-get-resource";

    private readonly TempDirectory _directory = new();
    private readonly PackagesInMemory _packages = new();
    private readonly K2hr3Client _client = RoleServer.AwayClient(TimeProvider.System);
    private RoleKeys _keys = new(["curl", "jq"], ["chmpx", Superseded], []);
    private bool? _isSlaveNode = true;
    private bool _isConfirmed = true;
    private string? _key = "a key";
    private bool _installs = true;
    private Func<IPackageManager?>? _find;
    private Func<CommandResult>? _delegated;
    private bool _hasAccount;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void It_works_in_a_lane_of_its_own_and_is_waited_for_long()
    {
        IController controller = Make();
        Assert.Equal((ControllerKinds.Packages, Lane.Packages, false, TimeSpan.FromHours(2)), (controller.Kind, controller.Lane, controller.AsksK2hr3, controller.WatchdogLimit));
    }

    [Fact]
    public async Task What_is_missing_is_installed_and_the_services_are_observed()
    {
        _packages.Installed.Add("jq");
        var controller = Make();
        Assert.False(controller.IsComplete);
        var outcome = Assert.IsType<Outcome.Changed>(await controller.RunAsync(Cancel));
        Assert.Equal(ControllerKinds.Services, outcome.Triggers);
        Assert.Equal(["repository a key", "install curl chmpx"], _packages.Calls);
        Assert.True(controller.IsComplete);
        Assert.Equal(ControllerKinds.None, Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel)).Triggers);
    }

    [Fact]
    public async Task With_all_there_nothing_is_installed_and_no_repository_set_up()
    {
        _packages.Installed.UnionWith(["curl", "jq", "chmpx"]);
        var outcome = Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel));
        Assert.Equal((Reasons.AsDesired, ControllerKinds.Services), (outcome.Reason, outcome.Triggers));
        Assert.Equal(["curl", "jq", "chmpx"], _packages.Asked);
        Assert.Empty(_packages.Calls);
    }

    [Fact]
    public async Task A_repository_is_set_up_only_for_its_own_packages()
    {
        _packages.Installed.Add("chmpx");
        Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
        Assert.Equal(["install curl jq"], _packages.Calls);
    }

    [Fact]
    public async Task A_package_of_both_lists_is_asked_for_once_and_a_superseded_one_left_out_of_either()
    {
        _keys = new RoleKeys(["curl", Superseded, "curl", "chmpx"], ["chmpx", "chmpx", Superseded], []);
        Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
        Assert.Equal(["install curl chmpx"], _packages.Calls);
    }

    [Fact]
    public async Task In_a_role_that_is_no_slaves_what_this_agent_stands_in_for_comes_once_that_is_confirmed()
    {
        (_isSlaveNode, _isConfirmed) = (false, false);
        Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
        Assert.Equal("install curl jq chmpx", _packages.Calls[^1]);
        _isConfirmed = true;
        Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
        Assert.Equal($"install {Superseded}", _packages.Calls[^1]);
    }

    [Fact]
    public async Task A_role_that_lists_no_packages_needs_none()
    {
        _keys = new RoleKeys([], [Superseded], ["chmpx.service"]);
        var controller = Make();
        Assert.Equal((Reasons.AsDesired, ControllerKinds.Services), Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel)) is var outcome ? (outcome.Reason, outcome.Triggers) : default);
        Assert.True(controller.IsComplete);
        Assert.Empty(_packages.Asked);
    }

    [Fact]
    public async Task A_slaves_role_that_lists_nothing_gets_the_documented_packages()
    {
        _keys = new RoleKeys([], [], []);
        Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
        Assert.Equal(["repository a key", "install k2hdkc-dbaas-override-conf chmpx"], _packages.Calls);

        _packages.Calls.Clear();
        _packages.Installed.Clear();
        _isSlaveNode = false;
        Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel));
        Assert.Empty(_packages.Calls);
    }

    [Fact]
    public async Task Until_it_is_known_what_the_role_lists_nothing_is_done()
    {
        var role = Role();
        File.Delete(_directory.Root.At(AgentPaths.RoleKeys));
        Assert.Equal(Reasons.RoleUnknown, Assert.IsType<Outcome.Waiting>(await Make(new RoleMemory(_client, RoleServer.Role.ToResource(), _directory.Root, DefaultSettings.Slave, DefaultSettings.EvidenceOf(_directory, TimeProvider.System))).RunAsync(Cancel)).Reason);
        Assert.NotNull(role.Keys);
        Assert.Empty(_packages.Calls);
    }

    [Fact]
    public async Task At_a_reboot_without_K2HR3_a_configuration_in_place_tells_that_the_role_is_a_slaves()
    {
        _isSlaveNode = null;
        _keys = new RoleKeys([], [], []);
        Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel));
        Assert.Empty(_packages.Calls);

        _directory.Put("etc/antpickax/k2hdkc.ini", SampleIni.Text);
        Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
        Assert.Equal("install k2hdkc-dbaas-override-conf chmpx", _packages.Calls[^1]);
    }

    [Fact]
    public async Task Chmpxs_user_is_created_once_the_packages_are_there()
    {
        _hasAccount = true;
        Directory.CreateDirectory(_directory.At("etc"));
        _keys = _keys with { ChmpxUser = "demo" };
        Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
        Assert.Matches("(?m)^demo:", File.ReadAllText(_directory.At("etc/passwd")));
    }

    [Fact]
    public async Task A_watching_agent_has_the_bootstrap_service_create_chmpxs_user()
    {
        _packages.Installed.UnionWith(["curl", "jq", "chmpx"]);
        (_hasAccount, _delegated) = (true, () => new CommandResult(0, string.Empty));
        var controller = Make();
        Assert.Equal(Reasons.ChmpxUserMissing, Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel)).Reason);
        Assert.False(File.Exists(_directory.At("etc/passwd")));

        _delegated = () => new CommandResult(1, "no such unit\n");
        Assert.Equal(Reasons.ChmpxUserMissing, Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel)).Reason);

        _directory.Put("etc/passwd", "k2hdkc:x:999:999::/:/sbin/nologin\n");
        Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel));
    }

    [Fact]
    public async Task A_system_of_neither_family_is_a_persons_to_repair()
    {
        _find = () => null;
        var failed = Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel));
        Assert.Equal((Reasons.UnsupportedSystem, Consequence.NeedsPerson), (failed.Reason, failed.Consequence));
    }

    [Fact]
    public async Task What_no_package_can_be_called_reaches_no_tool_and_keeps_no_other_package_from_being_installed()
    {
        _keys = new RoleKeys(["curl", "-o=x"], ["a\u0007b", new string('x', 200) + "/", "chmpx"], []);
        var failed = Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel));
        Assert.Equal((Reasons.InvalidName, Consequence.NeedsPerson, ControllerKinds.Role), (failed.Reason, failed.Consequence, failed.Triggers));
        Assert.Equal(["repository a key", "install curl chmpx"], _packages.Calls);
        Assert.DoesNotContain(_packages.Asked, name => !PackageName.IsValid(name, PackageFamily.Debian));

        // A name goes into the journal: no control characters, and not at any length.
        Assert.DoesNotContain('\u0007', failed.Message);
        Assert.DoesNotContain(new string('x', 61), failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_hundred_thousand_names_that_cannot_be_a_few_are_told()
    {
        _keys = new RoleKeys([.. Enumerable.Range(0, 100_000).Select(number => $"-{number}")], ["chmpx"], []);
        var failed = Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel));
        Assert.InRange(failed.Message.Length, 1, 1000);
        Assert.Equal(["repository a key", "install chmpx"], _packages.Calls);
    }

    [Fact]
    public async Task A_package_that_cannot_be_had_keeps_no_other_from_being_installed()
    {
        _packages.Unknown.Add("jq");
        var controller = Make();
        var failed = Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel));
        Assert.Equal((Reasons.PackagesMissing, Consequence.TryAgain), (failed.Reason, failed.Consequence));
        Assert.Equal(["repository a key", "install curl jq chmpx", "alone curl", "alone jq", "alone chmpx"], _packages.Calls);
        Assert.Equal(["chmpx", "curl"], _packages.Installed.Order());
        Assert.False(controller.IsComplete);

        _packages.Unknown.Clear();
        Assert.IsType<Outcome.Changed>(await controller.RunAsync(Cancel));
        Assert.Equal("install jq", _packages.Calls[^1]);
        Assert.True(controller.IsComplete);
    }

    [Fact]
    public async Task Without_the_repositorys_key_what_other_repositories_have_is_installed()
    {
        _key = null;
        var failed = Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel));
        Assert.Equal((Reasons.RepositoryFailed, Consequence.TryAgain), (failed.Reason, failed.Consequence));
        Assert.Equal(["install curl jq"], _packages.Calls);
        Assert.Equal(["curl", "jq"], _packages.Installed.Order());

        Assert.Equal(Reasons.RepositoryFailed, Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel)).Reason);
        Assert.Single(_packages.Calls);

        _key = "a key";
        Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
        Assert.Equal(["repository a key", "install chmpx"], _packages.Calls[^2..]);
    }

    [Fact]
    public async Task With_installing_off_what_is_missing_is_a_persons_to_install()
    {
        _installs = false;
        var failed = Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel));
        Assert.Equal((Reasons.InstallOff, Consequence.NeedsPerson), (failed.Reason, failed.Consequence));
        Assert.Empty(_packages.Calls);
    }

    [Fact]
    public async Task A_watching_agent_has_the_bootstrap_service_install()
    {
        var delegations = 0;
        _delegated = () => new CommandResult(delegations++ == 0 ? 0 : 1, "no such unit\n");
        var controller = Make();
        var waiting = Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel));
        Assert.Equal((Reasons.Delegated, ControllerKinds.None, 1), (waiting.Reason, waiting.Triggers, delegations));
        Assert.Equal((Reasons.PackagesMissing, 2), (Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel)).Reason, delegations));
        Assert.Empty(_packages.Calls);

        _packages.Installed.UnionWith(["curl", "jq", "chmpx"]);
        Assert.Equal(ControllerKinds.Services, Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel)).Triggers);
        Assert.Equal(2, delegations);
    }

    [Fact]
    public async Task What_is_still_missing_afterwards_has_failed_whatever_the_tool_said()
    {
        _packages.Broken.UnionWith(["jq", "chmpx"]);
        var failed = Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel));
        Assert.Equal((Reasons.PackagesMissing, ControllerKinds.Role), (failed.Reason, failed.Triggers));
        Assert.Equal(["repository a key", "install curl jq chmpx", "alone jq", "alone chmpx"], _packages.Calls);
        _packages.Result = new CommandResult(100, "E: Unable to locate package\n");
        Assert.Equal(Reasons.PackagesMissing, Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel)).Reason);
    }

    [Fact]
    public async Task Between_packages_that_are_installed_one_by_one_a_stopping_agent_ends()
    {
        using var stop = new CancellationTokenSource();
        _packages.Broken.UnionWith(["curl", "jq", "chmpx"]);
        _packages.Done = call =>
        {
            if (call == "alone curl")
            {
                stop.Cancel();
            }
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Make().RunAsync(stop.Token));
        Assert.Equal("alone curl", _packages.Calls[^1]);
    }

    private RoleMemory Role()
    {
        _keys.Save(_directory.Root.At(AgentPaths.RoleKeys));
        var role = new RoleMemory(_client, RoleServer.Role.ToResource(), _directory.Root, DefaultSettings.Slave, DefaultSettings.EvidenceOf(_directory, TimeProvider.System));
        if (_isSlaveNode is false)
        {
            role.LearnOther(_isConfirmed);
        }
        else if (_isSlaveNode is true)
        {
            role.Learn(ConfigurationPlan.Make(SampleIni.Text, "cuk-slv1", new HostFiles(_ => false, _ => false)), everWasSlave: false);
        }

        return role;
    }

    private PackageController Make(RoleMemory? role = null)
    {
        role ??= Role();
        return new PackageController(
            role,
            new ConfigurationFile(_directory.Root, "/etc/antpickax/k2hdkc.ini", UnixFileMode.UserRead | UnixFileMode.UserWrite, 5, TimeProvider.System),
            _find ?? (() => _packages),
            _ => Task.FromResult<(string?, string?)>((_key, _key is null ? "its key is away" : null)),
            new PackageSettings(_installs, InstallBy.Agent, [Superseded, "not-listed"], new Uri("https://packages.test/"), "/key", null, TimeSpan.Zero),
            ChmpxAccounts.Make(_directory.Root, role, () => _hasAccount, delegated: Delegated),
            Delegated);
    }

    private Func<CancellationToken, Task<CommandResult>>? Delegated => _delegated is null ? null : _ => Task.FromResult(_delegated());

    /// <summary>A host's packages, as far as the controller sees them.</summary>
    private sealed class PackagesInMemory : IPackageManager
    {
        public HashSet<string> Installed { get; } = [];

        /// <summary>What does not get installed although the tool says nothing of it.</summary>
        public HashSet<string> Broken { get; } = [];

        /// <summary>What no repository has: a transaction with it installs nothing.</summary>
        public HashSet<string> Unknown { get; } = [];

        public CommandResult Result { get; set; } = new(0, string.Empty);

        public Action<string> Done { get; set; } = _ => { };

        public List<string> Asked { get; } = [];

        public List<string> Calls { get; } = [];

        public PackageFamily Family => PackageFamily.Debian;

        public Task<bool> IsInstalledAsync(string package, CancellationToken cancel)
        {
            Asked.Add(package);
            return Task.FromResult(Installed.Contains(package));
        }

        public Task<CommandResult> InstallAsync(IReadOnlyList<string> packages) => Install($"install {string.Join(' ', packages)}", packages);

        public Task<CommandResult> InstallAloneAsync(string package) => Install($"alone {package}", [package]);

        public bool SetUpRepository(string key)
        {
            Calls.Add($"repository {key}");
            return true;
        }

        private Task<CommandResult> Install(string call, IReadOnlyList<string> packages)
        {
            Calls.Add(call);
            var isPossible = !packages.Any(Unknown.Contains);
            if (isPossible)
            {
                Installed.UnionWith(packages.Except(Broken));
            }

            Done(call);
            return Task.FromResult(isPossible ? Result : new CommandResult(100, "E: Unable to locate package\n"));
        }
    }
}
