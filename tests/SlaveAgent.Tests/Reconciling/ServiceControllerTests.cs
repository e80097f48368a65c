using SlaveAgent.Chmpx;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

public sealed class ServiceControllerTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly string _unit = Tools.NewUnit();
    private readonly string _superseded = Tools.NewUnit();
    private readonly string _documented = Tools.NewUnit();
    private bool _hasAccount;
    private bool _isConfirmed = true;
    private readonly K2hr3Client _client;

    public ServiceControllerTests()
    {
        Role([_unit]);
        _directory.Put("etc/antpickax/k2hdkc.ini", SampleIni.Text);
        _client = RoleServer.AwayClient(TimeProvider.System);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_unit_that_somebody_is_stopping_is_left_to_stop()
    {
        Tools.SetState(_unit, "deactivating");
        Assert.Equal($"{_unit} is being stopped; it is started when that is done", Assert.IsType<Outcome.Waiting>(await Make().RunAsync(Cancel)).Message);
        Assert.DoesNotContain(Tools.CallsAbout(_unit), call => call.StartsWith("start ", StringComparison.Ordinal));

        Tools.SetState(_unit, "inactive");
        Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel));
        Assert.Single(Tools.CallsAbout(_unit), call => call.StartsWith("start ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("active")]
    [InlineData("activating")]
    [InlineData("reloading")]
    public async Task A_unit_that_runs_or_is_about_to_is_left_alone(string state)
    {
        Tools.SetState(_unit, state);
        Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel));
        Assert.DoesNotContain(Tools.CallsAbout(_unit), call => call.StartsWith("start ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_stopped_is_started_and_what_was_disabled_enabled_in_the_roles_order()
    {
        var second = Tools.NewUnit();
        Role([_unit, second, _unit]);
        Tools.SetState(_unit, "inactive");
        Tools.SetState(second, "inactive");
        Tools.LetFail(second, "is-enabled", "disabled");
        Assert.Equal($"started {_unit}, {second}", Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel)).Message);
        Assert.DoesNotContain(Tools.CallsAbout(_unit), call => call.StartsWith("enable ", StringComparison.Ordinal));
        Assert.Contains($"enable -- {second}", Tools.CallsAbout(second));
        Assert.Equal($"{_unit}, {second} running", Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel)).Message);
    }

    [Theory]
    [InlineData("enable", "enabling {0} failed: no such unit")]
    [InlineData("start", "starting {0} failed: no such unit")]
    public async Task A_unit_that_cannot_be_started_says_why(string call, string words)
    {
        Tools.SetState(_unit, "inactive");
        Tools.LetFail(_unit, "is-enabled", "disabled");
        Tools.LetFail(_unit, call, "no such unit");
        Assert.Equal(words.Replace("{0}", _unit, StringComparison.Ordinal), Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel)).Message);
    }

    [Fact]
    public async Task A_unit_that_fails_right_after_its_start_has_failed()
    {
        Tools.SetState(_unit, "inactive", afterStart: "failed");
        Assert.StartsWith($"{_unit} failed to start: ", Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_this_agent_stands_in_for_is_left_out_and_said_when_it_runs()
    {
        Role([_unit, _superseded]);
        Tools.SetState(_superseded, "inactive");
        Assert.Equal($"{_unit} running; left out, because this agent does its work: {_superseded}", (await Make().RunAsync(Cancel)).Message);
        Tools.SetState(_superseded, "active");
        Assert.Equal(
            $"{_unit} running; left out, because this agent does its work: {_superseded}, but {_superseded} runs and writes the configuration too: run k2hdkc-slave-agent adopt",
            (await Make().RunAsync(Cancel)).Message);
        Role([_superseded]);
        Assert.StartsWith("the role lists no services; left out", (await Make().RunAsync(Cancel)).Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Tools.CallsAbout(_superseded), call => !call.StartsWith("is-active", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(null)]
    public async Task A_slaves_role_that_lists_nothing_has_the_documented_services_also_at_a_reboot_without_K2HR3(bool? isSlaveNode)
    {
        Role([]);
        Tools.SetState(_documented, "inactive");
        Assert.Equal($"started {_documented}", Assert.IsType<Outcome.Changed>(await Make(isSlaveNode).RunAsync(Cancel)).Message);
        Assert.Equal("the role lists no services", Assert.IsType<Outcome.Unchanged>(await Make(isSlaveNode: false).RunAsync(Cancel)).Message);
    }

    [Fact]
    public async Task Without_its_user_chmpx_is_not_started_and_the_other_services_are()
    {
        var second = Tools.NewUnit();
        Role([_unit, second]);
        Tools.SetState(_unit, "inactive");
        Tools.SetState(second, "inactive");
        _hasAccount = true;
        Assert.Equal(ReasonCodes.ChmpxUserMissing, Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel)).Code);
        Assert.DoesNotContain(Tools.CallsAbout(_unit), call => call.StartsWith("start ", StringComparison.Ordinal) || call.StartsWith("try-restart ", StringComparison.Ordinal));
        Assert.Single(Tools.CallsAbout(second), call => call.StartsWith("start ", StringComparison.Ordinal));

        _directory.Put("etc/passwd", "k2hdkc:x:999:999::/:/sbin/nologin\n");
        Assert.Equal($"started {_unit}", Assert.IsType<Outcome.Changed>(await Make().RunAsync(Cancel)).Message);
    }

    [Fact]
    public async Task In_a_role_that_is_no_slaves_nothing_is_left_out_nor_waited_for()
    {
        File.Delete(_directory.At("etc/antpickax/k2hdkc.ini"));
        Role([_superseded]);
        Assert.Equal($"{_superseded} running", (await Make(isSlaveNode: false).RunAsync(Cancel)).Message);
    }

    [Fact]
    public async Task Until_it_is_certain_that_a_role_is_no_slaves_what_this_agent_stands_in_for_is_left_out()
    {
        _isConfirmed = false;
        File.Delete(_directory.At("etc/antpickax/k2hdkc.ini"));
        Role([_unit, _superseded]);
        Assert.Equal($"{_unit} running; left out, until it is certain that the role is no slave node's: {_superseded}", (await Make(isSlaveNode: false).RunAsync(Cancel)).Message);
        Assert.Empty(Tools.CallsAbout(_superseded));
    }

    [Fact]
    public async Task What_no_unit_can_be_called_is_said_and_reaches_no_tool()
    {
        Role([_unit, "--now", "a\u0007/b"]);
        var failed = Assert.IsType<Outcome.Failed>(await Make().RunAsync(Cancel));
        Assert.Equal(("starting services refused: the role lists what no unit can be called: \"--now\", \"a?/b\"", Consequence.NeedsPerson), (failed.Message, failed.Consequence));
        Assert.Empty(Tools.CallsAbout(_unit));
    }

    [Fact]
    public async Task What_has_to_be_known_first_is_waited_for()
    {
        File.Delete(_directory.At(AgentPaths.RoleKeys));
        Assert.Equal("which services the role lists is not known yet", Assert.IsType<Outcome.Waiting>(await Make().RunAsync(Cancel)).Message);
        Role([_unit]);
        File.Delete(_directory.At("etc/antpickax/k2hdkc.ini"));
        Assert.Equal("there is no configuration yet for chmpx to start with", Assert.IsType<Outcome.Waiting>(await Make(isSlaveNode: true).RunAsync(Cancel)).Message);
        Assert.Empty(Tools.CallsAbout(_unit));
    }

    [Fact]
    public void It_does_not_ask_K2HR3()
    {
        var step = Make();
        Assert.Equal((ControllerKinds.Services, "start services", false, TimeSpan.FromMinutes(10)), (step.Kind, step.Name, step.AsksK2hr3, step.WatchdogLimit));
    }

    private void Role(string[] units) => new RoleKeys([], [], units).Save(_directory.Root.At(AgentPaths.RoleKeys));

    private ServiceController Make(bool? isSlaveNode = null)
    {
        var systemctl = new Systemctl(new CommandRunner(TimeProvider.System));
        var chmpx = new ChmpxSettings(_unit, Supervision.Direct, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(30));
        var role = new RoleMemory(_client, RoleServer.Role.ToResource(), _directory.Root, new SlaveSettings([], [_documented]), DefaultSettings.EvidenceOf(_directory, TimeProvider.System));
        if (isSlaveNode is false)
        {
            role.LearnOther(_isConfirmed);
        }
        else if (isSlaveNode is true)
        {
            role.Learn(ConfigurationPlan.Make(SampleIni.Text, "cuk-slv1", new HostFiles(_ => false, _ => false)), everWasSlave: false);
        }

        return new ServiceController(
            role,
            new ConfigurationFile(_directory.Root, "/etc/antpickax/k2hdkc.ini", UnixFileMode.UserRead | UnixFileMode.UserWrite, 5, TimeProvider.System),
            ChmpxAccounts.Make(_directory.Root, role, () => _hasAccount),
            Supervisors.Make(_directory.Root, chmpx),
            systemctl,
            new ServiceSettings([_superseded]),
            _unit,
            TimeProvider.System);
    }
}
