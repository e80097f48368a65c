using System.Globalization;
using System.Text.Json;
using CliWrap;
using CliWrap.Buffered;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Agent;

/// <summary><c>status</c> and <c>wait</c> as processes, beside an agent whose status a test writes; programs go by their exit codes and by the JSON.</summary>
public sealed class StatusTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(ConnectionStates.Connected, ControlStates.Current, true, 0, 0)]
    [InlineData(ConnectionStates.Connected, ControlStates.Stale, true, 0, 0)]
    [InlineData(ConnectionStates.Degraded, ControlStates.Current, false, 4, 75)]
    [InlineData(ConnectionStates.Degraded, ControlStates.Stale, true, 4, 0)]
    [InlineData(ConnectionStates.Disconnected, ControlStates.Current, false, 3, 75)]
    [InlineData(ConnectionStates.Disconnected, ControlStates.Stale, false, 3, 75)]
    [InlineData(ConnectionStates.NotASlave, ControlStates.Current, false, 0, 1)]
    public async Task The_exit_codes_tell_how_this_host_stands_to_its_cluster(string connection, string control, bool isReady, int status, int wait)
    {
        using var daemon = FileLock.TryTake(_directory.Root.Agent.DaemonLock);
        StatusFile.Write(_directory.Root, Make(connection, control, isReady));
        Assert.Equal(status, (await RunAsync("status")).ExitCode);
        Assert.Equal(status, (await RunAsync("status", "--json")).ExitCode);
        Assert.Equal(wait, (await RunAsync("wait", "--timeout", "200ms")).ExitCode);
    }

    [Theory]
    [InlineData(false, false, 75, 0)]
    [InlineData(false, true, 75, 75)]
    [InlineData(true, false, 1, 0)]
    [InlineData(true, true, 1, 75)]
    public async Task On_a_role_that_is_no_slaves_wait_ends_once_that_is_confirmed_and_with_settled_once_all_is_done(bool isConfirmed, bool isOpen, int wait, int settled)
    {
        using var daemon = FileLock.TryTake(_directory.Root.Agent.DaemonLock);
        StatusFile.Write(_directory.Root, Make(ConnectionStates.NotASlave, ControlStates.Current, isReady: false) with
        {
            IsUnconfirmed = !isConfirmed,
            Conditions =
            [
                new Condition(ConditionTypes.PackagesInstalled, isOpen ? ConditionStatus.False : ConditionStatus.True, Reasons.PackagesMissing, "-", null, null),
                new Condition(ConditionTypes.Connected, ConditionStatus.False, Reasons.NotASlave, "-", null, null),
                new Condition(ConditionTypes.ReadyReached, ConditionStatus.False, Reasons.NotConnected, "-", null, null),
                new Condition(ConditionTypes.HooksRun, ConditionStatus.False, Reasons.HooksFailed, "-", null, null),
            ],
        });
        Assert.Equal(wait, (await RunAsync("wait", "--timeout", "200ms")).ExitCode);
        Assert.Equal(settled, (await RunAsync("wait", "--settled", "--timeout", "200ms")).ExitCode);
    }

    [Theory]
    [InlineData(Reasons.TokenMissing)]
    [InlineData(Reasons.UnsupportedSystem)]
    [InlineData(Reasons.InstallOff)]
    public async Task What_only_a_person_can_repair_is_not_waited_for(string reason)
    {
        using var daemon = FileLock.TryTake(_directory.Root.Agent.DaemonLock);
        StatusFile.Write(_directory.Root, Make(ConnectionStates.Disconnected, ControlStates.Stale, isReady: false) with
        {
            Conditions = [new Condition(ConditionTypes.Registered, ConditionStatus.False, reason, "-", null, null)],
        });
        Assert.Equal(1, (await RunAsync("wait", "--timeout", "90s")).ExitCode);
    }

    [Fact]
    public async Task The_json_is_the_agents_own_status_with_its_schema()
    {
        using var daemon = FileLock.TryTake(_directory.Root.Agent.DaemonLock);
        StatusFile.Write(_directory.Root, Make(ConnectionStates.Connected, ControlStates.Current, isReady: true));
        using var json = JsonDocument.Parse((await RunAsync("status", "--json")).Output);
        Assert.Equal((2, Environment.ProcessId), (json.RootElement.GetProperty("schema").GetInt32(), json.RootElement.GetProperty("pid").GetInt32()));
        Assert.Equal(ConnectionStates.Connected, json.RootElement.GetProperty("connection").GetProperty("state").GetString());
        Assert.Equal(3, json.RootElement.GetProperty("servers").GetProperty("listed").GetInt32());
        Assert.Equal(7, json.RootElement.GetProperty("generation").GetProperty("written").GetInt32());
    }

    [Fact]
    public async Task The_metrics_are_what_the_agent_at_work_wrote_and_without_one_what_is_observed()
    {
        using (FileLock.TryTake(_directory.Root.Agent.DaemonLock))
        {
            var status = Make(ConnectionStates.Degraded, ControlStates.Current, isReady: true);
            StatusFile.Write(_directory.Root, status);
            var (code, output) = await RunAsync("status", "--metrics");
            Assert.Equal((4, 1), (code, PrometheusText.Parse(output)["k2hdkc_slave_connection", ("state", "degraded")]));

            MetricsFile.Write(_directory.Root, status, DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(5));
            (code, output) = await RunAsync("status", "--metrics");
            Assert.Equal((4, await File.ReadAllTextAsync(_directory.Root.Agent.MetricsFile, Cancel)), (code, output));
        }

        File.Delete(_directory.Root.Agent.RuntimeDirectory + "/daemon.pid");
        var (observedCode, observed) = await RunAsync("status", "--metrics");
        var read = PrometheusText.Parse(observed);
        Assert.Equal((3, 1, 0), (observedCode, read["k2hdkc_slave_connection", ("state", "disconnected")], read["k2hdkc_slave_heartbeat_timestamp_seconds"]));
    }

    [Fact]
    public async Task One_form_at_a_time_is_printed() => Assert.Equal(2, (await RunAsync("status", "--json", "--metrics")).ExitCode);

    /// <summary>A killed agent, no chmpx, no configuration.</summary>
    [Fact]
    public async Task What_an_agent_said_that_is_gone_counts_for_nothing()
    {
        using var gone = System.Diagnostics.Process.Start("true");
        await gone.WaitForExitAsync(Cancel);
        TempDirectory.PutAt(_directory.Root.Agent.RuntimeDirectory + "/daemon.pid", gone.Id.ToString(CultureInfo.InvariantCulture));
        StatusFile.Write(_directory.Root, Make(ConnectionStates.Connected, ControlStates.Current, isReady: true) with { Pid = gone.Id });
        Assert.Equal(3, (await RunAsync("status")).ExitCode);
        Assert.Equal(75, (await RunAsync("wait", "--timeout", "200ms")).ExitCode);

        // Nor does what an agent said before the one that is at work now.
        using var daemon = FileLock.TryTake(_directory.Root.Agent.DaemonLock);
        Assert.Equal(3, (await RunAsync("status")).ExitCode);
        Assert.Equal(75, (await RunAsync("wait", "--timeout", "200ms")).ExitCode);
    }

    /// <summary>On a role that is no slave node's no daemon goes on after bootstrap.</summary>
    [Fact]
    public async Task What_a_bootstrap_left_behind_counts_where_the_role_is_no_slaves_and_there_is_no_configuration()
    {
        using var gone = System.Diagnostics.Process.Start("true");
        await gone.WaitForExitAsync(Cancel);
        TempDirectory.PutAt(_directory.Root.Agent.RuntimeDirectory + "/bootstrap.pid", gone.Id.ToString(CultureInfo.InvariantCulture));
        StatusFile.Write(_directory.Root, Make(ConnectionStates.NotASlave, ControlStates.Current, isReady: false) with { Pid = gone.Id });
        Assert.Equal(0, (await RunAsync("status")).ExitCode);
        Assert.Equal(0, (await RunAsync("wait", "--settled", "--timeout", "200ms")).ExitCode);
        var status = StatusJson.TryRead((await RunAsync("status", "--json")).Output)!;
        Assert.Equal((0, ConnectionStates.NotASlave, ControlStates.Stale), (status.Pid, status.Connection.State, status.Control.State));

        _directory.Put("etc/antpickax/k2hdkc.ini", SampleIni.Text);
        Assert.Equal(3, (await RunAsync("status")).ExitCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("{\"schema\": 1, \"phase\": \"connected\"}")]
    [InlineData("{\"schema\": 3}")]
    public async Task A_status_that_is_none_of_this_schema_is_not_trusted(string text)
    {
        using var daemon = FileLock.TryTake(_directory.Root.Agent.DaemonLock);
        TempDirectory.PutAt(_directory.Root.Agent.StatusFile, text);
        Assert.Equal(3, (await RunAsync("status")).ExitCode);
    }

    [Fact]
    public async Task Of_an_unregistered_host_the_control_is_paused()
    {
        TempDirectory.PutAt(_directory.Root.Agent.UnregisteredMarker, string.Empty);
        var status = StatusJson.TryRead((await RunAsync("status", "--json")).Output)!;
        Assert.Equal((ControlStates.Paused, ConnectionStates.Disconnected), (status.Control.State, status.Connection.State));
    }

    private static AgentStatus Make(string connection, string control, bool isReady) => new()
    {
        Pid = Environment.ProcessId,
        Connection = new Fact(connection, Reasons.AsDesired, "-", null),
        Control = new Fact(control, Reasons.AsDesired, "-", null),
        IsReady = isReady,
        Servers = new ServersStatus(3, 3, 2, []),
        Generation = new GenerationStatus("/etc/antpickax/k2hdkc.ini", 7, 7, 7, []),
    };

    private async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        var result = await Cli.Wrap(AgentProgram.DefaultPath).WithArguments([.. arguments, "--root", _directory.Path]).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(Cancel);
        return (result.ExitCode, result.StandardOutput);
    }
}
