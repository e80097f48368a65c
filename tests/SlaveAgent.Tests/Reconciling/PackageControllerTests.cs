using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Hosting;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

/// <summary>What is asked and decided; how apt and dnf are driven, <c>BootstrapTests</c> and the guest's tests see.</summary>
public sealed class PackageControllerTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private readonly PackagesInMemory _packages = new();
    private readonly FakeTimeProvider _time = new();
    private RoleServer _server = null!;
    private K2hr3Client _client = null!;
    private EvidenceMemory _evidence = null!;
    private RoleMemory _role = null!;
    private ResourceReader _resource = null!;
    private string? _key = "a key";
    private bool _installs = true;
    private Func<IPackageManager?>? _find;
    private Func<CommandResult>? _delegated;
    private SlaveSettings _documented = DefaultSettings.Slave;
    private bool _hasAccount;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await RoleServer.StartAsync();
        _server.Keys[RoleKeys.PackagesKey] = "curl,jq";
        _client = _server.Client(_time);
        _evidence = DefaultSettings.EvidenceOf(_directory, _time);
        _role = new RoleMemory(_client, RoleServer.Role.ToResource(), _directory.Root, _documented, _evidence);
        _resource = new ResourceReader(_client, RoleServer.Role.ToResource(), _directory.Root, _evidence);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public void It_asks_K2HR3_and_is_waited_for_long()
    {
        var step = Make();
        Assert.Equal((ControllerKinds.Packages, "install packages", true, TimeSpan.FromHours(2)), (step.Kind, step.Name, step.AsksK2hr3, step.WatchdogLimit));
    }

    [Fact]
    public async Task What_is_missing_is_installed_and_the_services_are_looked_at()
    {
        _packages.Installed.Add("jq");
        var outcome = Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
        Assert.Equal("installed curl, chmpx; left out, because this agent does its work: k2hr3-get-resource", outcome.Message);
        Assert.Equal((ControllerKinds.Services, "slave: chmpx.service,k2hr3-get-resource.timer"), (outcome.Triggers, outcome.TriggerReason));
        Assert.Equal(["repository a key", "install curl chmpx"], _packages.Calls);
    }

    [Fact]
    public async Task With_all_there_nothing_is_installed_and_no_repository_set_up()
    {
        _packages.Installed.UnionWith(["curl", "jq", "chmpx"]);
        var outcome = Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel));
        Assert.Equal("all 3 packages are there; left out, because this agent does its work: k2hr3-get-resource", outcome.Message);
        Assert.Equal((ControllerKinds.Services, "slave: chmpx.service,k2hr3-get-resource.timer"), (outcome.Triggers, outcome.TriggerReason));
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
        _server.Keys[RoleKeys.PackagesKey] = "curl,k2hr3-get-resource,curl,chmpx";
        _server.Keys[RoleKeys.AntPickaxPackagesKey] = "chmpx,chmpx,k2hr3-get-resource";
        Assert.Equal("installed curl, chmpx; left out, because this agent does its work: k2hr3-get-resource", (await Make().RunAsync(Cancel)).Message);
        Assert.Equal(["install curl chmpx"], _packages.Calls);
    }

    [Fact]
    public async Task In_a_role_that_is_no_slaves_what_this_agent_stands_in_for_comes_once_that_is_certain()
    {
        _server.Text = "[GLOBAL]\nMODE = SERVER\n";
        var step = Make();
        Assert.IsType<Outcome.Waiting>(await step.RunAsync(Cancel));
        Assert.IsType<Outcome.Waiting>(await step.RunAsync(Cancel));
        Assert.Null(_role.IsSlaveNode);

        // Everything else is installed and started all the same.
        var outcome = Assert.IsType<Outcome.Changed>(await step.RunAsync(Cancel));
        Assert.Equal("installed curl, jq, chmpx; left out, until it is certain that the role is no slave node's: k2hr3-get-resource", outcome.Message);
        Assert.Equal((true, TimeSpan.FromMinutes(5), false), (outcome.IsUnconfirmed, outcome.RecheckAfter, _role.IsSlaveNode));
        Assert.Equal((ControllerKinds.Services, "maybe other: chmpx.service,k2hr3-get-resource.timer"), (outcome.Triggers, outcome.TriggerReason));

        _time.Advance(TimeSpan.FromMinutes(5));
        outcome = Assert.IsType<Outcome.Changed>(await step.RunAsync(Cancel));
        Assert.Equal("installed k2hr3-get-resource", outcome.Message);
        Assert.Equal((false, null), (outcome.IsUnconfirmed, outcome.RecheckAfter));
        Assert.Equal((ControllerKinds.Services, "other: chmpx.service,k2hr3-get-resource.timer"), (outcome.Triggers, outcome.TriggerReason));
    }

    [Fact]
    public async Task A_role_that_becomes_a_slaves_has_its_services_looked_at_anew()
    {
        _server.Text = string.Empty;
        var step = Make();
        for (var i = 0; i < 3; i++)
        {
            await step.RunAsync(Cancel);
        }

        _server.Text = SampleIni.Text;
        var outcome = Assert.IsType<Outcome.Unchanged>(await step.RunAsync(Cancel));
        Assert.Equal((ControllerKinds.Services, "slave: chmpx.service,k2hr3-get-resource.timer", false), (outcome.Triggers, outcome.TriggerReason, outcome.IsUnconfirmed));
    }

    [Fact]
    public async Task What_the_role_lists_no_longer_goes_on_being_looked_after_until_that_is_certain()
    {
        var step = Make();
        await step.RunAsync(Cancel);
        _server.Keys[RoleKeys.UnitsKey] = string.Empty;
        var outcome = Assert.IsType<Outcome.Unchanged>(await step.RunAsync(Cancel));
        Assert.Equal(("slave: chmpx.service,k2hr3-get-resource.timer", TimeSpan.FromSeconds(10)), (outcome.TriggerReason, outcome.RecheckAfter));
        Assert.Contains(RoleKeys.UnitsKey, outcome.Message, StringComparison.Ordinal);
        await step.RunAsync(Cancel);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal("slave: ", (await step.RunAsync(Cancel)).TriggerReason);
    }

    [Fact]
    public async Task A_role_that_lists_no_packages_has_its_services_looked_at()
    {
        _server.Keys[RoleKeys.PackagesKey] = null;
        _server.Keys[RoleKeys.AntPickaxPackagesKey] = "k2hr3-get-resource";
        var outcome = Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel));
        Assert.Equal("the role lists no packages; left out, because this agent does its work: k2hr3-get-resource", outcome.Message);
        Assert.Equal((ControllerKinds.Services, "slave: chmpx.service,k2hr3-get-resource.timer"), (outcome.Triggers, outcome.TriggerReason));
    }

    [Fact]
    public async Task A_slaves_role_that_lists_nothing_gets_the_documented_packages_and_is_read_again_soon()
    {
        ListNothing();
        var outcome = Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
        Assert.Equal(["repository a key", "install k2hdkc-dbaas-override-conf chmpx"], _packages.Calls);
        Assert.Equal((ControllerKinds.Services, "slave: chmpx.service", TimeSpan.FromSeconds(10)), (outcome.Triggers, outcome.TriggerReason, outcome.RecheckAfter));

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(50), Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel)).RecheckAfter);
    }

    [Fact]
    public async Task Packages_that_a_role_came_to_list_are_installed_and_its_services_looked_at_anew()
    {
        ListNothing();
        await Make().RunAsync(Cancel);
        _server.Keys[RoleKeys.PackagesKey] = "curl";
        _server.Keys[RoleKeys.UnitsKey] = "demo.service";
        var outcome = Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
        Assert.Equal("install curl", _packages.Calls[^1]);
        Assert.Equal(("slave: demo.service", null), (outcome.TriggerReason, outcome.RecheckAfter));
    }

    [Fact]
    public async Task The_documented_set_may_be_another_or_none()
    {
        ListNothing();
        _documented = new SlaveSettings(["chmpx", "libk2hdkc"], []);
        _role = new RoleMemory(_client, RoleServer.Role.ToResource(), _directory.Root, _documented, _evidence);
        Assert.Equal("slave: ", (await Make().RunAsync(Cancel)).TriggerReason);
        Assert.Equal("install chmpx libk2hdkc", _packages.Calls[^1]);

        _packages.Calls.Clear();
        _packages.Installed.Clear();
        _documented = new SlaveSettings([], []);
        _role = new RoleMemory(_client, RoleServer.Role.ToResource(), _directory.Root, _documented, _evidence);
        Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel));
        Assert.Empty(_packages.Calls);
    }

    [Fact]
    public async Task A_role_that_is_no_slaves_and_lists_nothing_gets_nothing()
    {
        ListNothing();
        _server.Text = "[GLOBAL]\nMODE = SERVER\n";
        for (var i = 0; i < 3; i++)
        {
            await Make().RunAsync(Cancel);
        }

        Assert.Empty(_packages.Calls);
    }

    [Fact]
    public async Task Chmpxs_user_is_created_once_the_packages_are_there_whatever_the_role_says_of_adding_it()
    {
        _hasAccount = true;
        Directory.CreateDirectory(_directory.At("etc"));
        _server.Keys[RoleKeys.ChmpxUserKey] = "demo";
        Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
        Assert.Matches("(?m)^demo:", File.ReadAllText(_directory.At("etc/passwd")));
        Assert.DoesNotContain(_server.Requests, request => request.Contains("add-user", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_watching_agent_has_the_bootstrap_service_create_chmpxs_user()
    {
        _packages.Installed.UnionWith(["curl", "jq", "chmpx"]);
        (_hasAccount, _delegated) = (true, () => new CommandResult(0, string.Empty));
        var waiting = Assert.IsType<Outcome.Waiting>(await Make().RunAsync(Cancel));
        Assert.Equal(ReasonCodes.ChmpxUserMissing, waiting.Code);
        Assert.False(File.Exists(_directory.At("etc/passwd")));

        _delegated = () => new CommandResult(1, "no such unit\n");
        Assert.Equal(ReasonCodes.ChmpxUserMissing, Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel)).Code);

        _directory.Put("etc/passwd", "k2hdkc:x:999:999::/:/sbin/nologin\n");
        Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel));
    }

    [Fact]
    public async Task A_slaves_role_is_asked_for_its_text_once_and_another_one_each_time()
    {
        var step = Make();
        await step.RunAsync(Cancel);
        await step.RunAsync(Cancel);
        Assert.Single(_server.Requests, request => request == "GET resource");
        Assert.Equal(9, _server.Requests.Count);

        _server.Text = "[GLOBAL]\nMODE = SERVER\n";
        _role.LearnOther(isConfirmed: true);
        await step.RunAsync(Cancel);
        await step.RunAsync(Cancel);
        Assert.Equal(3, _server.Requests.Count(request => request == "GET resource"));
    }

    [Fact]
    public async Task A_role_that_may_read_nothing_lists_nothing_when_K2HR3_has_said_so_three_times_and_is_certain_after_five_minutes()
    {
        _server.Text = null;
        var step = Make();
        for (var time = 0; time < 2; time++)
        {
            Assert.StartsWith("reading the role's resource failed: K2HR3 refused (404)", Assert.IsType<Outcome.Failed>(await step.RunAsync(Cancel)).Message, StringComparison.Ordinal);
        }

        var outcome = Assert.IsType<Outcome.Unchanged>(await step.RunAsync(Cancel));
        Assert.Equal(("the role lists no packages", true), (outcome.Message, outcome.IsUnconfirmed));
        Assert.Equal((false, false), (_role.IsSlaveNode, _role.IsSurelyOther));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.False((await step.RunAsync(Cancel)).IsUnconfirmed);
        Assert.True(_role.IsSurelyOther);
        Assert.DoesNotContain(_server.Requests, request => request.Contains("init", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_empty_resource_is_doubted()
    {
        _server.Text = string.Empty;
        var step = Make();
        Assert.Equal("the role's resource is empty; K2HR3 has to say so again", Assert.IsType<Outcome.Waiting>(await step.RunAsync(Cancel)).Message);
        Assert.IsType<Outcome.Waiting>(await step.RunAsync(Cancel));
        Assert.True(Assert.IsType<Outcome.Changed>(await step.RunAsync(Cancel)).IsUnconfirmed);
    }

    [Fact]
    public async Task What_once_was_a_slaves_stays_one()
    {
        _resource.Accept(SampleIni.Text);
        _server.Text = "[GLOBAL]\nMODE = SERVER\n";
        await Make().RunAsync(Cancel);
        Assert.True(_role.IsSlaveNode);
    }

    [Fact]
    public async Task A_system_of_neither_family_is_a_persons_to_look_at()
    {
        _find = () => null;
        var failed = Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel));
        Assert.Equal(Consequence.NeedsPerson, failed.Consequence);
        Assert.Equal("installing packages failed: this system is neither of the Debian nor of the Red Hat family (ID and ID_LIKE in /etc/os-release)", failed.Message);
    }

    [Fact]
    public async Task What_no_package_can_be_called_is_said_and_reaches_no_tool()
    {
        _server.Keys[RoleKeys.PackagesKey] = "curl,-o=x";
        _server.Keys[RoleKeys.AntPickaxPackagesKey] = "a\u0007b," + new string('x', 200);
        var failed = Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel));
        Assert.Equal(Consequence.NeedsPerson, failed.Consequence);
        Assert.Equal($"installing packages refused: the role lists what no package can be called: \"-o=x\", \"a?b\", \"{new string('x', 60)}\"", failed.Message);
        Assert.Empty(_packages.Asked);
        Assert.Empty(_packages.Calls);
    }

    [Fact]
    public async Task With_installing_off_what_is_missing_is_said()
    {
        _installs = false;
        var failed = Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel));
        Assert.Equal(("packages are missing (curl, jq, chmpx) and packages.install is off; install them or switch it on", Consequence.NeedsPerson), (failed.Message, failed.Consequence));
        Assert.Empty(_packages.Calls);
    }

    [Fact]
    public async Task A_watching_agent_has_the_bootstrap_service_install()
    {
        _delegated = () => new CommandResult(0, string.Empty);
        var waiting = Assert.IsType<Outcome.Waiting>(await Make().RunAsync(Cancel));
        Assert.Equal($"packages are missing (curl, jq, chmpx); {AgentUnits.Bootstrap} installs them", waiting.Message);
        Assert.Equal(ControllerKinds.None, waiting.Triggers);

        _delegated = () => new CommandResult(1, "no such unit\n");
        var failed = Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel));
        Assert.Equal($"packages are missing (curl, jq, chmpx) and {AgentUnits.Bootstrap} could not be started: no such unit", failed.Message);
        Assert.Empty(_packages.Calls);
    }

    [Fact]
    public async Task Without_the_repositorys_key_nothing_is_installed()
    {
        _key = null;
        Assert.Equal("setting up the AntPickax repository failed: its key is away", Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel)).Message);
        Assert.Empty(_packages.Calls);
    }

    [Fact]
    public async Task What_is_still_missing_afterwards_has_failed_whatever_the_tool_said()
    {
        _packages.Broken.UnionWith(["jq", "chmpx"]);
        var failed = Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel));
        Assert.Equal("the package manager ended well but did not install jq, chmpx", failed.Message);
        Assert.Equal(ControllerKinds.None, failed.Triggers);
        _packages.Result = new CommandResult(100, "E: Unable to locate package\n");
        Assert.Equal("installing jq, chmpx failed: E: Unable to locate package", Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel)).Message);
    }

    private void ListNothing()
    {
        foreach (var key in new[] { RoleKeys.PackagesKey, RoleKeys.AntPickaxPackagesKey, RoleKeys.UnitsKey })
        {
            _server.Keys[key] = string.Empty;
        }
    }

    private PackageController Make() => new(
        _role, _resource, "cuk-slv1", _find ?? (() => _packages), _ => Task.FromResult<(string?, string?)>((_key, _key is null ? "its key is away" : null)),
        new PackageSettings(_installs, InstallBy.Agent, ["k2hr3-get-resource", "not-listed"], new Uri("https://packages.test/"), "/key", null, TimeSpan.Zero),
        ChmpxAccounts.Make(_directory.Root, _role, () => _hasAccount, delegated: Delegated),
        Delegated);

    private Func<CancellationToken, Task<CommandResult>>? Delegated => _delegated is null ? null : _ => Task.FromResult(_delegated());

    /// <summary>A host's packages, as far as the step sees them.</summary>
    private sealed class PackagesInMemory : IPackageManager
    {
        public HashSet<string> Installed { get; } = [];

        /// <summary>What does not get installed.</summary>
        public HashSet<string> Broken { get; } = [];

        public CommandResult Result { get; set; } = new(0, string.Empty);

        public List<string> Asked { get; } = [];

        public List<string> Calls { get; } = [];

        public PackageFamily Family => PackageFamily.Debian;

        public Task<bool> IsInstalledAsync(string package, CancellationToken cancel)
        {
            Asked.Add(package);
            return Task.FromResult(Installed.Contains(package));
        }

        public Task<CommandResult> InstallAsync(IReadOnlyList<string> packages)
        {
            Calls.Add($"install {string.Join(' ', packages)}");
            Installed.UnionWith(packages.Except(Broken));
            return Task.FromResult(Result);
        }

        public bool SetUpRepository(string key)
        {
            Calls.Add($"repository {key}");
            return true;
        }
    }
}
