using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Files;
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

namespace SlaveAgent.Tests.Services;

public sealed class ServiceControllerTests : IDisposable
{
    private const string Chmpx = "chmpx.service";
    private const string Second = "second.service";
    private const string Superseded = "k2hr3-get-resource.timer";
    private const string Documented = "documented.service";

    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private readonly FakeSystemd _systemd;
    private readonly RingMemory _ring = new();
    private int _restarts;
    private int? _chmpxPid;
    private int _unanswered;
    private readonly K2hr3Client _client = RoleServer.AwayClient(TimeProvider.System);
    private bool _hasAccount;
    private string? _userOfOverrideConf;
    private ChmpxAccount _account = null!;
    private bool _isConfirmed = true;
    private bool _arePackagesInstalled = true;
    private bool? _isSlaveNode = true;
    private ChmpxSharing? _sharing = new("k2hdkc", "k2hdkc", null);
    private Supervision _supervision = Supervision.Direct;

    public ServiceControllerTests()
    {
        _systemd = new FakeSystemd(_time);
        Role(Chmpx);
        _directory.Put("etc/antpickax/k2hdkc.ini", SampleIni.Text);
        _systemd[Chmpx].DropIn = DropIn;
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string DropIn => _directory.At($"etc/systemd/system/{Chmpx}.d/k2hdkc-slave-agent.conf");

    private bool IsChangeKept => File.Exists(_directory.Root.Agent.ChmpxUnitChange);

    public void Dispose()
    {
        _client.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void It_works_in_a_lane_of_its_own_and_does_not_ask_K2HR3()
    {
        IController controller = Make();
        Assert.Equal((ControllerKinds.Services, Lane.Services, false), (controller.Kind, controller.Lane, controller.AsksK2hr3));
    }

    [Fact]
    public async Task A_unit_that_somebody_is_stopping_is_left_to_stop()
    {
        _systemd[Chmpx].Active = UnitActiveState.Deactivating;
        var controller = Make();
        Assert.Equal(Reasons.UnitsChanging, Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel)).Reason);
        Assert.Empty(_systemd.Requests);

        _systemd[Chmpx].Active = UnitActiveState.Inactive;
        await SettleAsync(controller);
        Assert.Equal([$"start {Chmpx}"], _systemd.Requests);
    }

    [Theory]
    [InlineData(UnitActiveState.Active, true)]
    [InlineData(UnitActiveState.Reloading, true)]
    [InlineData(UnitActiveState.Activating, false)]
    public async Task A_unit_that_runs_or_is_about_to_is_left_alone(UnitActiveState state, bool isSettled)
    {
        _systemd[Chmpx].Active = state;
        Assert.Equal(isSettled, (await Make().RunAsync(Cancel)).IsSettled);
        Assert.Empty(_systemd.Requests);
    }

    [Fact]
    public async Task What_was_stopped_is_started_and_what_was_disabled_enabled_in_the_roles_order()
    {
        Role(Chmpx, "second", Chmpx);
        _systemd[Second].FileState = "disabled";
        var controller = Make();
        var waiting = Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel));
        Assert.Equal((Reasons.UnitsChanging, TimeSpan.FromMilliseconds(200)), (waiting.Reason, waiting.Again));
        Assert.Equal([$"start {Chmpx}", $"enable {Second}", $"start {Second}"], _systemd.Requests);
        Assert.Equal(Reasons.AsDesired, Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel)).Reason);
        Assert.Equal(("enabled", UnitActiveState.Active), (_systemd[Second].FileState, _systemd[Second].Active));
        Assert.Equal(UnitActiveState.Active, _ring.Unit?.Active);
    }

    [Theory]
    [InlineData("start", nameof(FakeTrouble.Fails))]
    [InlineData("start", nameof(FakeTrouble.HasNoEffect))]
    [InlineData("start", nameof(FakeTrouble.IsKilled))]
    [InlineData("enable", nameof(FakeTrouble.Fails))]
    [InlineData("enable", nameof(FakeTrouble.HasNoEffect))]
    [InlineData("enable", nameof(FakeTrouble.IsKilled))]
    public async Task A_request_is_repeated_until_its_effect_is_seen(string call, string trouble)
    {
        _systemd[Chmpx].FileState = "disabled";
        _systemd.Let($"{call} {Chmpx}", FakeTrouble.Named(trouble), times: 3);
        await SettleAsync(Make());
        Assert.Equal(4, _systemd.Count($"{call} {Chmpx}"));
        Assert.Equal(("enabled", UnitActiveState.Active), (_systemd[Chmpx].FileState, _systemd[Chmpx].Active));
    }

    [Theory]
    [InlineData(nameof(FakeTrouble.Fails), true)]
    [InlineData(nameof(FakeTrouble.HasNoEffect), false)]
    public async Task A_tool_that_fails_is_told_of_and_one_that_only_had_no_effect_is_waited_for(string trouble, bool isFailure)
    {
        _systemd.Let($"start {Chmpx}", FakeTrouble.Named(trouble), times: 2);
        var controller = Make();
        var outcome = await controller.RunAsync(Cancel);
        Assert.Equal(isFailure, outcome is Outcome.Failed { Reason: Reasons.UnitsFailing });
        Assert.Equal(!isFailure, outcome is Outcome.Waiting { Reason: Reasons.UnitsChanging });
    }

    [Fact]
    public async Task A_request_that_never_has_an_effect_is_repeated_ever_more_rarely()
    {
        _systemd.Let($"start {Chmpx}", FakeTrouble.HasNoEffect, times: 10_000);
        var controller = Make();
        for (var second = 0; second < 3600; second++)
        {
            await controller.RunAsync(Cancel);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(_systemd.Count($"start {Chmpx}"), 60, 65);
    }

    [Fact]
    public async Task An_agent_that_is_killed_between_any_two_calls_is_gone_on_from_by_the_next_one()
    {
        PutPackage();
        Role("first", Chmpx, "second");
        _systemd[Second].FileState = "disabled";
        _systemd["first.service"].FileState = "disabled";
        _systemd.Run(Chmpx);
        for (var calls = 1; calls < 40; calls++)
        {
            using var killed = new CancellationTokenSource();
            var before = _systemd.Calls.Count;
            _systemd.Called = () =>
            {
                if (_systemd.Calls.Count - before >= calls % 5)
                {
                    killed.Cancel();
                }
            };
            try
            {
                await Make().RunAsync(killed.Token);
            }
            catch (OperationCanceledException)
            {
                // The agent is gone, and with it all that it did not keep.
            }

            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _systemd.Called = null;
        await SettleAsync(Make());
        Assert.All([Chmpx, Second, "first.service"], unit => Assert.Equal(("enabled", UnitActiveState.Active, false), (_systemd[unit].FileState, _systemd[unit].Active, _systemd[unit].NeedsReload)));
        Assert.Equal(File.ReadAllText(DropIn), _systemd[Chmpx].StartedBy);
        Assert.False(IsChangeKept);
    }

    [Fact]
    public async Task A_unit_that_fails_right_after_its_start_has_failed_and_is_started_again()
    {
        _systemd[Chmpx].AfterStart = UnitActiveState.Failed;
        var controller = Make();
        await controller.RunAsync(Cancel);
        Assert.Equal(Reasons.UnitsFailing, Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel)).Reason);
        Assert.Contains($"journal {Chmpx}", _systemd.Calls);

        _systemd[Chmpx].AfterStart = null;
        await SettleAsync(controller);
        Assert.Equal(2, _systemd.Count($"start {Chmpx}"));
    }

    [Fact]
    public async Task A_oneshot_that_has_completed_is_not_started_again()
    {
        Role("once", Chmpx);
        _systemd["once.service"].Type = "oneshot";
        var controller = Make();
        await SettleAsync(controller);
        for (var hour = 0; hour < 5; hour++)
        {
            _time.Advance(TimeSpan.FromHours(1));
            Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel));
            Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel));
        }

        Assert.Equal(1, _systemd.Count("start once.service"));
    }

    [Fact]
    public async Task A_oneshot_that_nothing_else_names_is_started_once_in_a_boot_also_by_an_agent_that_was_restarted()
    {
        Role("once", Chmpx);
        _systemd["once.service"].Type = "oneshot";
        _systemd["once.service"].FileState = "static";
        var controller = Make();
        for (var run = 0; run < 5; run++)
        {
            await SettleAsync(controller);

            // systemd unloads it, and with it goes when it ran.
            _systemd["once.service"].StartedAt = null;
            Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel));
            controller = Make();
            _time.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(1, _systemd.Count("start once.service"));
    }

    [Theory]
    [InlineData("masked.service", UnitLoadState.Masked)]
    [InlineData("missing.service", UnitLoadState.NotFound)]
    [InlineData("broken.service", UnitLoadState.BadSetting)]
    [InlineData("unreadable.service", UnitLoadState.Error)]
    [InlineData("template@.service", UnitLoadState.Loaded)]
    public async Task A_unit_that_cannot_be_started_keeps_chmpx_after_it_from_nothing(string before, UnitLoadState load)
    {
        Role(before, Chmpx, Second);
        _systemd[before].Load = load;
        _systemd[Second].FileState = "disabled";
        var controller = Make();
        Assert.Equal(Reasons.UnitsFailing, Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel)).Reason);
        Assert.Equal([$"start {Chmpx}", $"enable {Second}", $"start {Second}"], _systemd.Requests);

        Assert.Equal(Reasons.UnitsFailing, Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel)).Reason);
        Assert.Equal(3, _systemd.Requests.Count);
    }

    [Fact]
    public async Task A_unit_that_fails_keeps_no_other_from_being_started()
    {
        Role("first", Chmpx);
        _systemd["first.service"].AfterStart = UnitActiveState.Failed;
        _systemd.Let("start first.service", FakeTrouble.Fails);
        Assert.Equal(Reasons.UnitsFailing, Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel)).Reason);
        Assert.Equal(UnitActiveState.Active, _systemd[Chmpx].Active);
    }

    [Fact]
    public async Task A_unit_that_comes_with_a_package_is_waited_for_while_packages_are_to_come()
    {
        Role("of-package", Chmpx);
        _arePackagesInstalled = false;
        var controller = Make();
        Assert.Equal(Reasons.UnitsChanging, Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel)).Reason);
        Assert.Equal([$"start {Chmpx}"], _systemd.Requests);
        Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel));

        _arePackagesInstalled = true;
        Assert.Equal(Reasons.UnitsFailing, Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel)).Reason);
        _systemd["of-package.service"].FileState = "enabled";
        await SettleAsync(controller);
        Assert.Equal("start of-package.service", _systemd.Requests[^1]);
    }

    [Fact]
    public async Task What_no_unit_can_be_called_reaches_no_tool_and_keeps_no_other_from_being_started()
    {
        Role("--now", "a\u0007/b", Chmpx);
        var failed = Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel));
        Assert.DoesNotContain('\u0007', failed.Message);
        Assert.All(_systemd.Calls, call => Assert.DoesNotContain("--now", call, StringComparison.Ordinal));
        Assert.Equal([$"start {Chmpx}"], _systemd.Requests);
        failed = Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel));
        Assert.Equal((Reasons.InvalidName, ControllerKinds.Role), (failed.Reason, failed.Triggers));
    }

    [Fact]
    public async Task Of_a_hundred_thousand_names_that_cannot_be_a_few_are_told()
    {
        Role([.. Enumerable.Range(0, 100_000).Select(number => $"-{number}"), Chmpx]);
        Assert.InRange(Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel)).Message.Length, 1, 1000);
        Assert.Equal([$"start {Chmpx}"], _systemd.Requests);
    }

    [Fact]
    public async Task What_this_agent_stands_in_for_is_left_out_and_told_of_when_it_runs()
    {
        Role(Chmpx, Superseded);
        _systemd[Superseded].FileState = "disabled";
        var controller = Make();
        await SettleAsync(controller);
        Assert.Equal(Reasons.AsDesired, (await controller.RunAsync(Cancel)).Reason);
        _systemd.Run(Superseded);
        Assert.Equal(Reasons.OtherToolRuns, Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel)).Reason);
        Assert.Equal([$"start {Chmpx}"], _systemd.Requests);

        Role(Superseded);
        Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel));
        Assert.Single(_systemd.Requests);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(null)]
    public async Task A_slaves_role_that_lists_nothing_has_the_documented_services_also_at_a_reboot_without_K2HR3(bool? isSlaveNode)
    {
        Role();
        _systemd[Documented].Active = UnitActiveState.Inactive;
        _isSlaveNode = isSlaveNode;
        await SettleAsync(Make());
        Assert.Equal([$"start {Documented}"], _systemd.Requests);
        _isSlaveNode = false;
        Assert.Equal(Reasons.AsDesired, Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel)).Reason);
        Assert.Single(_systemd.Requests);
    }

    [Fact]
    public async Task Without_its_user_chmpx_is_neither_started_nor_restarted_and_the_other_services_are_started()
    {
        PutPackage();
        Role(Chmpx, Second);
        _systemd[Second].Active = UnitActiveState.Inactive;
        _hasAccount = true;
        Assert.Equal(Reasons.ChmpxUserMissing, Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel)).Reason);
        Assert.Equal([$"start {Second}"], _systemd.Requests);
        Assert.False(File.Exists(DropIn));

        _directory.Put("etc/passwd", "k2hdkc:x:999:999::/:/sbin/nologin\n");
        await SettleAsync(Make());
        Assert.Equal([$"start {Second}", "daemon-reload", $"start {Chmpx}"], _systemd.Requests);
    }

    [Fact]
    public async Task In_a_role_that_is_no_slaves_nothing_is_left_out_nor_waited_for()
    {
        File.Delete(_directory.At("etc/antpickax/k2hdkc.ini"));
        Role(Superseded);
        _isSlaveNode = false;
        _systemd[Superseded].Active = UnitActiveState.Inactive;
        await SettleAsync(Make());
        Assert.Equal([$"start {Superseded}"], _systemd.Requests);
    }

    [Fact]
    public async Task Until_it_is_confirmed_that_a_role_is_no_slaves_what_this_agent_stands_in_for_is_left_out()
    {
        (_isSlaveNode, _isConfirmed) = (false, false);
        File.Delete(_directory.At("etc/antpickax/k2hdkc.ini"));
        Role(Chmpx, Superseded);
        _systemd[Superseded].Active = UnitActiveState.Inactive;
        await SettleAsync(Make());
        Assert.Equal([$"start {Chmpx}"], _systemd.Requests);
    }

    [Fact]
    public async Task What_has_to_be_known_first_is_waited_for()
    {
        File.Delete(_directory.Root.Agent.RoleKeys);
        Assert.Equal(Reasons.RoleUnknown, Assert.IsType<Outcome.Waiting>(await Make().RunAsync(Cancel)).Reason);
        Role(Chmpx);
        File.Delete(_directory.At("etc/antpickax/k2hdkc.ini"));
        Assert.Equal(Reasons.NoConfiguration, Assert.IsType<Outcome.Waiting>(await Make().RunAsync(Cancel)).Reason);
        Assert.Empty(_systemd.Calls);
    }

    [Fact]
    public async Task A_systemd_that_does_not_answer_is_asked_for_nothing()
    {
        _systemd.IsSilent = true;
        Assert.Equal(Reasons.SystemdUnreachable, Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel)).Reason);
        Assert.Empty(_systemd.Requests);
        _systemd.IsSilent = false;
        await SettleAsync(Make());
        Assert.Equal(UnitActiveState.Active, _systemd[Chmpx].Active);
    }

    [Fact]
    public async Task A_quiet_host_is_observed_by_one_call()
    {
        Role("first", Chmpx, Superseded);
        _systemd.Run("first.service");
        _systemd.Run(Chmpx);
        await Make().RunAsync(Cancel);
        Assert.Equal([$"show first.service {Chmpx} {Superseded}"], _systemd.Calls);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("daemon-reload Fails")]
    [InlineData("daemon-reload HasNoEffect")]
    [InlineData("daemon-reload IsKilled")]
    [InlineData($"try-restart {Chmpx} Fails")]
    [InlineData($"try-restart {Chmpx} HasNoEffect")]
    [InlineData($"try-restart {Chmpx} IsKilled")]
    public async Task A_packaged_chmpx_that_runs_is_run_directly_after_a_reload_and_a_restart_whatever_fails_in_between(string? trouble)
    {
        PutPackage();
        _systemd.Run(Chmpx);
        Let(trouble);
        await SettleAsync(Make());
        Assert.Equal(File.ReadAllText(DropIn), _systemd[Chmpx].StartedBy);
        Assert.False(_systemd[Chmpx].NeedsReload);
        Assert.False(IsChangeKept);

        // Not before systemd has loaded it, or it would start as before.
        Assert.Equal("daemon-reload", _systemd.Requests[0]);
        Assert.Equal($"try-restart {Chmpx}", _systemd.Requests[^1]);
        Assert.Equal(trouble is null ? 2 : 4, _systemd.Requests.Count);
        Assert.InRange(_restarts, 1, int.MaxValue);
    }

    /// <summary>The package of this agent was removed, which takes the drop-in along, and installed again.</summary>
    [Theory, InlineData(0), InlineData(2)]
    public async Task A_chmpx_that_still_runs_directly_when_the_drop_in_comes_back_is_not_restarted_under_its_programs(int unanswered)
    {
        PutPackage();
        _unanswered = unanswered;
        _chmpxPid = _systemd.Run(Chmpx).MainPid;
        Assert.Equal(Reasons.RestartPending, (await SettleAsync(Make())).Reason);

        // Also not once it is too busy to answer.
        _chmpxPid = null;
        Assert.Equal(Reasons.RestartPending, (await SettleAsync(Make())).Reason);
        Assert.Equal(["daemon-reload"], _systemd.Requests);
        Assert.Equal(0, _restarts);
    }

    [Fact]
    public async Task A_chmpx_that_is_to_run_by_its_helper_again_is_restarted_without_the_drop_in()
    {
        PutPackage();
        await SettleAsync(Make());
        _supervision = Supervision.Helper;
        await SettleAsync(Make());
        Assert.False(File.Exists(DropIn));
        Assert.Null(_systemd[Chmpx].StartedBy);
        Assert.Equal(["daemon-reload", $"start {Chmpx}", "daemon-reload", $"try-restart {Chmpx}"], _systemd.Requests);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("daemon-reload Fails")]
    [InlineData("daemon-reload HasNoEffect")]
    public async Task A_drop_in_that_was_only_changed_is_loaded_and_takes_effect_at_chmpxs_next_start(string? trouble)
    {
        PutPackage();
        await SettleAsync(Make());
        _sharing = new ChmpxSharing("another", "k2hdkc", null);
        Let(trouble);
        var before = _systemd.Requests.Count;
        var controller = Make();
        Assert.Equal(Reasons.RestartPending, (await SettleAsync(controller)).Reason);
        Assert.All(_systemd.Requests.Skip(before), request => Assert.Equal("daemon-reload", request));
        Assert.Contains("User=another", File.ReadAllText(DropIn), StringComparison.Ordinal);
        Assert.NotEqual(File.ReadAllText(DropIn), _systemd[Chmpx].StartedBy);

        // Another agent knows it as well.
        Assert.Equal(Reasons.RestartPending, (await SettleAsync(Make())).Reason);

        _time.Advance(TimeSpan.FromHours(1));
        await _systemd.TryRestartAsync(Chmpx, Cancel);
        Assert.Equal(Reasons.AsDesired, (await SettleAsync(controller)).Reason);
        Assert.Equal(File.ReadAllText(DropIn), _systemd[Chmpx].StartedBy);
        Assert.False(IsChangeKept);
    }

    [Fact]
    public async Task A_restart_that_is_due_stays_due_when_the_drop_in_changes_before_it_happened()
    {
        PutPackage();
        _systemd.Run(Chmpx);
        _systemd.Let($"try-restart {Chmpx}", FakeTrouble.IsKilled);
        var controller = Make();
        await controller.RunAsync(Cancel);
        await controller.RunAsync(Cancel);
        _sharing = new ChmpxSharing("another", "k2hdkc", null);
        await SettleAsync(Make());
        Assert.Equal(File.ReadAllText(DropIn), _systemd[Chmpx].StartedBy);
    }

    [Fact]
    public async Task A_chmpx_that_is_stopped_when_the_drop_in_comes_is_started_by_it_and_not_restarted()
    {
        PutPackage();
        await SettleAsync(Make());
        Assert.Equal(["daemon-reload", $"start {Chmpx}"], _systemd.Requests);
        Assert.Equal(File.ReadAllText(DropIn), _systemd[Chmpx].StartedBy);
        Assert.Equal(0, _restarts);
    }

    [Fact]
    public async Task Another_user_of_the_roles_is_looked_up_at_once()
    {
        _hasAccount = true;
        _systemd.Run(Chmpx);
        _directory.Put("etc/passwd", "k2hdkc:x:999:999::/:/sbin/nologin\nother:x:998:998::/:/sbin/nologin\n");
        var controller = Make();
        await SettleAsync(controller);
        Assert.Equal("k2hdkc", _account.ExistingName);
        _userOfOverrideConf = "other";
        await controller.RunAsync(Cancel);
        Assert.Equal("other", _account.ExistingName);
    }

    [Fact]
    public async Task Whether_chmpxs_user_exists_is_looked_up_once_an_hour_while_it_does()
    {
        _hasAccount = true;
        _systemd.Run(Chmpx);
        _directory.Put("etc/passwd", "k2hdkc:x:999:999::/:/sbin/nologin\n");
        var controller = Make();
        await SettleAsync(controller);
        _directory.Put("etc/passwd", string.Empty);
        Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(Reasons.ChmpxUserMissing, (await controller.RunAsync(Cancel)).Reason);
        _directory.Put("etc/passwd", "k2hdkc:x:999:999::/:/sbin/nologin\n");
        Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel));
    }

    private void Let(string? trouble)
    {
        if (trouble is not null && trouble.LastIndexOf(' ') is var at)
        {
            _systemd.Let(trouble[..at], FakeTrouble.Named(trouble[(at + 1)..]), times: 2);
        }
    }

    private Task<Outcome> SettleAsync(ServiceController controller) => Controllers.SettleAsync(controller, _time, _systemd);

    /// <summary>A configuration of root's that only root may read, as <c>configuration.mode: 0600</c> makes it.</summary>
    [Fact]
    public async Task Before_chmpx_starts_its_user_is_let_read_the_configuration_whatever_the_mode_says()
    {
        _hasAccount = true;
        PutPackage();
        Role(Chmpx);
        _directory.Put("etc/passwd", "k2hdkc:x:4242:4242::/:/sbin/nologin\n");
        var path = _directory.Put("etc/antpickax/k2hdkc.ini", SampleIni.Text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var outcome = await Make().RunAsync(Cancel);
        Assert.SkipWhen(outcome.Reason == Reasons.NoAccessLists, "the file system of the test's directory has no access control lists");
        Assert.True(ExtendedAttributes.AccessListOf(path)?.CanRead(new FileReaders(4242, null)));
    }

    private void PutPackage()
    {
        _directory.Put($"lib/systemd/system/{Chmpx}", "ExecStart=/usr/libexec/chmpx-service-helper start\n");
        _directory.Put("usr/bin/chmpx", string.Empty);
    }

    private void Role(params string[] units)
    {
        new RoleKeys([], [], units).Save(_directory.Root.Agent.RoleKeys);
    }

    private ServiceController Make()
    {
        var chmpx = new ChmpxSettings(Chmpx, _supervision, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(30));
        var role = new RoleMemory(_client, RoleServer.Role.ToResource(), _directory.Root, new SlaveSettings([], [Documented]), DefaultSettings.EvidenceOf(_directory, _time));
        if (_isSlaveNode is false)
        {
            role.LearnOther(_isConfirmed);
        }
        else if (_isSlaveNode is true)
        {
            role.Learn(ConfigurationPlan.Make(SampleIni.Text, "cuk-slv1", new HostFiles(_ => false, _ => false)), everWasSlave: false);
        }

        _account = ChmpxAccounts.Make(_directory.Root, role, () => _hasAccount, () => _userOfOverrideConf);
        return new ServiceController(
            role,
            new ConfigurationFile(_directory.Root, "/etc/antpickax/k2hdkc.ini", UnixFileMode.UserRead | UnixFileMode.UserWrite, 5, _time),
            _ring,
            _account,
            UnitFiles.Make(_directory.Root, chmpx, _sharing, _time),
            _systemd,
            new ServiceSettings([Superseded]),
            Chmpx,
            new FakeControlPort(() => _unanswered-- > 0 ? null : _chmpxPid),
            () => _arePackagesInstalled,
            () => _restarts++,
            _directory.Root,
            _time);
    }
}
