using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
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
    private readonly FakeTimeProvider _time = new();
    private readonly K2hr3Client _client = RoleServer.AwayClient(TimeProvider.System);
    private RoleKeys _keys = new(["curl", "jq"], ["chmpx", Superseded], []);
    private bool? _isSlaveNode = true;
    private bool _isConfirmed = true;
    private string? _key = "a key";
    private bool _installs = true;
    private bool _isSupported = true;
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
        File.Delete(_directory.Root.Agent.RoleKeys);
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
        _isSupported = false;
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
        Assert.Equal(["repository a key", "install curl jq chmpx", "install curl", "install jq", "install chmpx"], _packages.Calls);
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
    public async Task What_a_simulated_install_would_not_change_is_installed()
    {
        // Such as a library that was renamed: apt ends well, and dpkg knows no such name.
        _packages.Installed.UnionWith(["curl", "chmpx"]);
        _packages.Renamed.Add("jq");
        var controller = Make();
        Assert.IsType<Outcome.Changed>(await controller.RunAsync(Cancel));
        Assert.True(controller.IsComplete);
        Assert.Equal(["jq"], _packages.Simulated);
    }

    [Fact]
    public async Task A_watching_agent_does_not_have_installed_what_a_simulated_install_would_not_change()
    {
        _packages.Installed.UnionWith(["curl", "chmpx"]);
        _packages.Renamed.Add("jq");
        _delegated = () => throw new InvalidOperationException("there is nothing to install");
        Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel));
        _delegated = null;
        _installs = false;
        Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel));
    }

    [Fact]
    public async Task A_newer_version_than_the_role_lists_stays_and_is_named()
    {
        _keys = new RoleKeys(["curl", "jq=1.0"], ["chmpx"], []);
        _packages.Newer.Add("jq=1.0");
        var changed = Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
        Assert.Equal(Reasons.NewerInstalled, changed.Reason);
        Assert.Contains("jq=1.0", changed.Message, StringComparison.Ordinal);
        Assert.Equal(["repository a key", "install curl chmpx"], _packages.Calls);
        Assert.Equal(Reasons.NewerInstalled, Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel)).Reason);
    }

    [Fact]
    public async Task What_this_agent_stands_in_for_is_left_out_in_whatever_version()
    {
        _keys = new RoleKeys([$"{Superseded}=1.0.13-1", "curl"], [$"{Superseded}:amd64", "chmpx"], []);
        Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
        Assert.Equal("install curl chmpx", _packages.Calls[^1]);
    }

    [Fact]
    public async Task Lists_are_fetched_ever_more_rarely_for_what_cannot_be_had()
    {
        _packages.Unknown.Add("jq");
        var began = _time.GetTimestamp();
        while (_time.GetElapsedTime(began) < TimeSpan.FromMinutes(1))
        {
            // Each time as another process: the bootstrap service is started again for it.
            Assert.Equal(Reasons.PackagesMissing, Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel)).Reason);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        // Twice in the first minute for what is missing then, and once more for the one package that is left.
        Assert.InRange(_packages.Updates, 3, 4);
        var before = _packages.Updates;
        for (var minute = 0; minute < 24 * 60; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await Make().RunAsync(Cancel);
        }

        Assert.InRange(_packages.Updates - before, 24, 60);
    }

    [Fact]
    public async Task For_another_package_the_lists_are_fetched_at_once()
    {
        _packages.Unknown.Add("jq");
        await Make().RunAsync(Cancel);
        var before = _packages.Updates;
        _keys = new RoleKeys(["curl", "git"], ["chmpx"], []);
        Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
        Assert.Equal(before + 1, _packages.Updates);
    }

    [Fact]
    public async Task A_repository_that_does_not_exist_is_taken_back_and_everything_else_installed()
    {
        _packages.IsAbsent = true;
        _packages.Unknown.Add("chmpx");
        var failed = Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel));
        Assert.Equal(Reasons.RepositoryAbsent, failed.Reason);
        Assert.Equal(["repository a key", "no repository", "install curl jq chmpx", "install curl", "install jq", "install chmpx"], _packages.Calls);
        Assert.Equal(["curl", "jq"], _packages.Installed.Order());
    }

    [Fact]
    public async Task A_repository_that_the_host_has_by_a_source_of_its_own_is_not_set_up_again()
    {
        _packages.HasRepository = true;
        _key = null;
        Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
        Assert.Equal(["no repository", "install curl jq chmpx"], _packages.Calls);
    }

    [Fact]
    public async Task A_repository_that_did_not_exist_is_tried_again_ever_more_rarely()
    {
        _keys = new RoleKeys([], ["chmpx"], []);
        _packages.IsAbsent = true;
        _packages.Unknown.Add("chmpx");
        for (var second = 0; second < 60; second++)
        {
            Assert.Equal(Reasons.RepositoryAbsent, Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel)).Reason);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(_packages.Calls.Count(call => call == "repository a key"), 2, 4);

        // Another name for this system is another repository.
        _packages.IsAbsent = false;
        _packages.Unknown.Clear();
        _packages.RepositoryAddress = "https://packages.test/debian/trixie";
        Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
    }

    [Fact]
    public async Task Where_no_repository_is_known_for_this_system_none_is_added_and_the_hosts_own_are_tried()
    {
        _packages.RepositoryAddress = null;
        _packages.Unknown.Add("chmpx");
        var failed = Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel));
        Assert.Equal(Reasons.DistributionUnknown, failed.Reason);
        Assert.DoesNotContain("repository a key", _packages.Calls);
        Assert.Equal(["curl", "jq"], _packages.Installed.Order());

        _packages.Unknown.Clear();
        Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
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
        Assert.Equal(["repository a key", "install curl jq chmpx", "install jq", "install chmpx"], _packages.Calls);
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
            if (call == "install curl")
            {
                stop.Cancel();
            }
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Make().RunAsync(stop.Token));
        Assert.Equal("install curl", _packages.Calls[^1]);
    }

    private RoleMemory Role()
    {
        _keys.Save(_directory.Root.Agent.RoleKeys);
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
            () => _isSupported
                ? new PackageInstaller(_packages, _directory.Root, _ => Task.FromResult<(string?, string?)>((_key, _key is null ? "its key is away" : null)), _time)
                : null,
            new PackageSettings(_installs, InstallBy.Agent, [Superseded, "not-listed"], new Uri("https://packages.test/"), "/key", null, TimeSpan.Zero),
            ChmpxAccounts.Make(_directory.Root, role, () => _hasAccount, delegated: Delegated),
            Delegated);
    }

    private Func<CancellationToken, Task<CommandResult>>? Delegated => _delegated is null ? null : _ => Task.FromResult(_delegated());

    /// <summary>A host's packages, as far as the controller sees them.</summary>
    private sealed class PackagesInMemory : IPackageManager
    {
        public HashSet<string> Installed { get; } = [];

        /// <summary>Of which a newer version than the role lists is installed.</summary>
        public HashSet<string> Newer { get; } = [];

        /// <summary>What only a simulated install finds to be there.</summary>
        public HashSet<string> Renamed { get; } = [];

        /// <summary>What does not get installed although the tool says nothing of it.</summary>
        public HashSet<string> Broken { get; } = [];

        /// <summary>What no repository has: a transaction with it installs nothing.</summary>
        public HashSet<string> Unknown { get; } = [];

        public CommandResult Result { get; set; } = new(0, string.Empty);

        public bool IsAbsent { get; set; }

        public Action<string> Done { get; set; } = _ => { };

        public List<string> Asked { get; } = [];

        public List<string> Simulated { get; } = [];

        public List<string> Calls { get; } = [];

        public int Updates { get; private set; }

        public PackageFamily Family => PackageFamily.Debian;

        public string? RepositoryAddress { get; set; } = "https://packages.test/debian/bookworm";

        public Task<PackageState> StateOfAsync(string package, CancellationToken cancel)
        {
            Asked.Add(package);
            return Task.FromResult(Newer.Contains(package) ? PackageState.NewerInstalled : Installed.Contains(package) ? PackageState.Installed : PackageState.Missing);
        }

        public Task<bool> ChangesNothingAsync(string package, CancellationToken cancel)
        {
            Simulated.Add(package);
            return Task.FromResult(Renamed.Contains(package));
        }

        public Task<CommandResult> UpdateListsAsync()
        {
            Updates++;
            return Task.FromResult(new CommandResult(IsAbsent ? 100 : 0, "E: The repository does not have a Release file.\n"));
        }

        public Task<CommandResult> InstallAsync(IReadOnlyList<string> packages)
        {
            var call = $"install {string.Join(' ', packages)}";
            Calls.Add(call);
            var isPossible = !packages.Any(Unknown.Contains);
            if (isPossible)
            {
                Installed.UnionWith(packages.Except(Broken).Except(Renamed));
            }

            Done(call);
            return Task.FromResult(isPossible ? Result : new CommandResult(100, "E: Unable to locate package\n"));
        }

        public bool HasRepository { get; set; }

        public bool SetUpRepository(string key)
        {
            Calls.Add($"repository {key}");
            return !IsAbsent;
        }

        public bool RemoveRepository()
        {
            Calls.Add("no repository");
            return true;
        }

        public bool IsRepositoryAbsent(CommandResult updated) => !updated.IsDone && IsAbsent;
    }
}
