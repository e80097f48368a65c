using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Hooks;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Sandbox.Systemd;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hooks;

public sealed class HookControllerTests : IDisposable
{
    private const string Unit = AgentUnits.Hook;
    private const string Start = $"start {Unit}";

    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private readonly FakeSystemd _systemd;
    private AgentStatus _status = At(ConnectionStates.Disconnected, null);

    public HookControllerTests()
    {
        _time.Advance(TimeSpan.FromMinutes(1));
        _systemd = new FakeSystemd(_time);
        _directory.Put($"usr/lib/systemd/system/{Unit}", "[Service]\n");
        Directory.CreateDirectory(_directory.At("run/systemd/system"));
        var unit = _systemd[Unit];
        (unit.Type, unit.FileState, unit.AfterStart) = ("oneshot", "static", UnitActiveState.Activating);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string EnvironmentPath => _directory.Root.Agent.HookEnvironment;

    private IReadOnlyDictionary<string, string> Variables => EnvironmentFile.Read(File.ReadAllText(EnvironmentPath));

    private int Starts => _systemd.Count(Start);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void It_works_in_a_lane_of_its_own() =>
        Assert.Equal((ControllerKinds.Hooks, Lane.Hooks), Make() is var controller ? (controller.Kind, controller.Lane) : default);

    [Fact]
    public async Task Without_hooks_a_change_starts_nothing()
    {
        var controller = Make();
        foreach (var status in new[] { At(ConnectionStates.Connected, 1), At(ConnectionStates.Degraded, 2), At(ConnectionStates.Connected, 2) })
        {
            _status = status;
            Assert.Equal(Reasons.NoHooks, Assert.IsType<Outcome.NothingToDo>(await controller.RunAsync(Cancel)).Reason);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Empty(_systemd.Calls);
        Assert.False(Directory.Exists(_directory.Root.Agent.RuntimeDirectory));

        // One that comes is told of the next change, not of those before it, also by an agent that is started meanwhile.
        PutHook();
        Assert.IsType<Outcome.NothingToDo>(await controller.RunAsync(Cancel));
        controller = Make();
        Assert.IsType<Outcome.NothingToDo>(await controller.RunAsync(Cancel));
        _status = At(ConnectionStates.Connected, 3);
        await RequestedAsync(controller);
        Assert.Equal(("generation", "connected", "2"), (Variables["K2HDKC_EVENT"], Variables["K2HDKC_PREVIOUS_STATE"], Variables["K2HDKC_PREVIOUS_GENERATION"]));
    }

    [Fact]
    public async Task A_change_is_told_once_with_what_changed_and_the_run_is_in_the_status()
    {
        PutHook();
        var controller = Make();
        Assert.IsType<Outcome.NothingToDo>(await controller.RunAsync(Cancel));
        _status = At(ConnectionStates.Connected, 1);
        await RequestedAsync(controller);
        Assert.Equal(("generation", "connected", "disconnected", "1"), (Variables["K2HDKC_EVENT"], Variables["K2HDKC_STATE"], Variables["K2HDKC_PREVIOUS_STATE"], Variables["K2HDKC_GENERATION"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(EnvironmentPath));
        Assert.Equal((HookResults.Running, "connected", 1), controller.Last is { } running ? (running.Result, running.State, running.Generation) : default);

        // While they run nothing else happens, however long it takes.
        for (var second = 0; second < 60; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(Reasons.HooksRunning, Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel)).Reason);
        }

        End();
        Assert.Equal(Reasons.AsDesired, Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel)).Reason);
        Assert.Equal(HookResults.Done, controller.Last?.Result);
        Assert.Equal(1, Starts);

        // From then on it costs no process, also with another agent.
        var calls = _systemd.Calls.Count;
        foreach (var agent in new[] { controller, Make() })
        {
            _time.Advance(TimeSpan.FromMinutes(5));
            Assert.IsType<Outcome.Unchanged>(await agent.RunAsync(Cancel));
            Assert.Equal(HookResults.Done, agent.Last?.Result);
        }

        Assert.Equal(calls, _systemd.Calls.Count);
    }

    [Fact]
    public async Task Of_what_changed_while_hooks_ran_the_latest_is_told_and_what_changed_back_is_not()
    {
        PutHook();
        var controller = Make();
        _status = At(ConnectionStates.Connected, 1);
        await RequestedAsync(controller);
        foreach (var state in new[] { ConnectionStates.Degraded, ConnectionStates.Disconnected, ConnectionStates.Degraded })
        {
            _status = At(state, 1);
            Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel));
        }

        End();
        await RequestedAsync(controller);
        Assert.Equal(2, Starts);
        Assert.Equal(("connection", "degraded", "connected"), (Variables["K2HDKC_EVENT"], Variables["K2HDKC_STATE"], Variables["K2HDKC_PREVIOUS_STATE"]));

        _status = At(ConnectionStates.Disconnected, 1);
        Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel));
        _status = At(ConnectionStates.Degraded, 1);
        End();
        Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel));
        Assert.Equal(2, Starts);
    }

    [Fact]
    public async Task A_change_that_is_over_in_a_moment_is_not_told()
    {
        PutHook();
        var controller = Make();
        _status = At(ConnectionStates.Degraded, null);
        Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel));
        _status = At(ConnectionStates.Disconnected, null);
        Assert.IsType<Outcome.NothingToDo>(await controller.RunAsync(Cancel));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.IsType<Outcome.NothingToDo>(await controller.RunAsync(Cancel));
        Assert.Equal(0, Starts);
    }

    [Fact]
    public async Task A_state_has_to_stay_and_one_of_many_that_do_not_is_told_all_the_same()
    {
        PutHook();
        var controller = Make();
        for (var half = 0; half < 19; half++)
        {
            _status = At(half % 2 == 0 ? ConnectionStates.Degraded : ConnectionStates.Connected, null);
            Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel));
            _time.Advance(TimeSpan.FromMilliseconds(500));
        }

        Assert.Equal(0, Starts);
        for (var half = 0; half < 2; half++)
        {
            _status = At(half % 2 == 0 ? ConnectionStates.Connected : ConnectionStates.Degraded, null);
            Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel));
            _time.Advance(TimeSpan.FromMilliseconds(500));
        }

        Assert.Equal((1, "degraded"), (Starts, Variables["K2HDKC_STATE"]));
    }

    [Fact]
    public async Task Between_two_runs_there_is_a_gap()
    {
        PutHook();
        var controller = Make();
        _status = At(ConnectionStates.Connected, 1);
        await RequestedAsync(controller);
        End();
        await controller.RunAsync(Cancel);
        _status = At(ConnectionStates.Degraded, 1);
        for (var second = 0; second < 10; second++)
        {
            Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel));
            Assert.Equal(1, Starts);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        await controller.RunAsync(Cancel);
        Assert.Equal(2, Starts);
    }

    [Theory]
    [InlineData(HookFailure.Exit, Reasons.HooksFailed, HookResults.Failed)]
    [InlineData(HookFailure.TimedOut, Reasons.HooksTimedOut, HookResults.TimedOut)]
    [InlineData(HookFailure.Refused, Reasons.HooksRefused, HookResults.Failed)]
    public async Task A_hook_that_failed_is_named_and_not_run_again_before_the_next_change(string failure, string reason, string result)
    {
        PutHook();
        var controller = Make();
        _status = At(ConnectionStates.Connected, 1);
        await RequestedAsync(controller);
        if (failure == HookFailure.Refused)
        {
            var hook = Path.Join(_directory.Root.Agent.HooksDirectory, "10-a");
            File.SetUnixFileMode(hook, File.GetUnixFileMode(hook) | UnixFileMode.OtherWrite);
        }

        End(new HookFailure("10-a", failure, "-"));
        for (var minute = 0; minute < 10; minute++)
        {
            Assert.Equal(reason, Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel)).Reason);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal((1, result, "10-a"), (Starts, controller.Last!.Result, Assert.Single(controller.Last.Failed).Name));
        _status = At(ConnectionStates.Degraded, 1);
        await RequestedAsync(controller);
        End();
        Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel));
        Assert.Equal(2, Starts);
    }

    [Fact]
    public async Task A_failure_is_over_once_its_hook_is_gone_or_may_be_run()
    {
        PutHook("10-a");
        PutHook("20-b");
        PutHook("30-c");
        var controller = Make();
        _status = At(ConnectionStates.Connected, 1);
        await RequestedAsync(controller);
        var open = Path.Join(_directory.Root.Agent.HooksDirectory, "20-b");
        File.SetUnixFileMode(open, File.GetUnixFileMode(open) | UnixFileMode.OtherWrite);
        End(new HookFailure("10-a", HookFailure.Exit, "-"), new HookFailure("20-b", HookFailure.Refused, "-"));
        Assert.Equal(Reasons.HooksFailed, Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel)).Reason);
        File.Delete(Path.Join(_directory.Root.Agent.HooksDirectory, "10-a"));
        Assert.Equal(Reasons.HooksRefused, Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel)).Reason);
        File.SetUnixFileMode(open, File.GetUnixFileMode(open) & ~UnixFileMode.OtherWrite);
        Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel));
        Assert.Equal(HookResults.Done, Make().Last?.Result);
        Assert.Equal(1, Starts);
    }

    [Fact]
    public async Task Without_any_hook_nothing_has_failed()
    {
        PutHook();
        var controller = Make();
        _status = At(ConnectionStates.Connected, 1);
        await RequestedAsync(controller);
        (_systemd[Unit].Active, _systemd[Unit].Result) = (UnitActiveState.Failed, "signal");
        Assert.Equal(Reasons.HooksFailed, Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel)).Reason);
        File.Delete(Path.Join(_directory.Root.Agent.HooksDirectory, "10-a"));
        Assert.Equal(Reasons.NoHooks, Assert.IsType<Outcome.NothingToDo>(await controller.RunAsync(Cancel)).Reason);
        Assert.Null(Make().Last);
    }

    /// <summary>As at a reboot: the command says that it was ended, and the unit was stopped and not timed out.</summary>
    [Theory]
    [InlineData("exit-code", UnitActiveState.Failed)]
    [InlineData("success", UnitActiveState.Inactive)]
    public async Task A_run_that_somebody_stopped_has_told_nothing_and_comes_again(string result, UnitActiveState active)
    {
        PutHook();
        var controller = Make();
        _status = At(ConnectionStates.Connected, 1);
        await RequestedAsync(controller);
        End(new HookFailure("10-a", HookFailure.TimedOut, "-"));
        var unit = _systemd[Unit];
        unit.Active = UnitActiveState.Deactivating;
        Assert.Equal(Reasons.HooksRunning, Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel)).Reason);
        (unit.Active, unit.Result) = (active, result);
        Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel));
        Assert.Equal((null, 1), (controller.Last, Starts));
        Assert.False(File.Exists(_directory.Root.Agent.HookMemory));
        await RequestedAsync(controller);
        Assert.Equal("disconnected", Variables["K2HDKC_PREVIOUS_STATE"]);
    }

    [Fact]
    public async Task A_run_that_ends_while_systemd_is_asked_for_it_is_taken_as_it_ended()
    {
        PutHook();
        var controller = Make();
        _status = At(ConnectionStates.Connected, 1);
        await RequestedAsync(controller);
        _systemd.Called = () => End(new HookFailure("10-a", HookFailure.Exit, "-"));
        await controller.RunAsync(Cancel);
        Assert.Equal("10-a", Assert.Single(controller.Last!.Failed).Name);
    }

    [Fact]
    public async Task A_run_that_was_killed_before_it_could_say_how_it_ended_has_failed()
    {
        PutHook();
        var controller = Make();
        _status = At(ConnectionStates.Connected, 1);
        await RequestedAsync(controller);
        (_systemd[Unit].Active, _systemd[Unit].Result) = (UnitActiveState.Failed, "timeout");
        Assert.Equal(Reasons.HooksTimedOut, Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel)).Reason);
        Assert.Equal((1, HookResults.TimedOut), (Starts, controller.Last!.Result));
    }

    [Fact]
    public async Task A_start_that_fails_is_tried_again_and_then_tells_the_latest()
    {
        PutHook();
        var controller = Make();
        _systemd.Let(Start, FakeTrouble.Fails, times: 3);
        _status = At(ConnectionStates.Connected, 1);
        Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel));
        for (var i = 0; i < 3; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(Reasons.HooksNotStarted, Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel)).Reason);
        }

        _status = At(ConnectionStates.Degraded, 1);
        await RequestedAsync(controller);
        Assert.Equal("degraded", Variables["K2HDKC_STATE"]);
        Assert.Equal(4, Starts);
    }

    [Fact]
    public async Task A_unit_that_fails_before_it_runs_anything_is_started_again()
    {
        PutHook();
        var controller = Make();
        _status = At(ConnectionStates.Connected, 1);
        await RequestedAsync(controller);
        var unit = _systemd[Unit];
        (unit.Active, unit.Result, unit.StartedAt, unit.CheckedAt) = (UnitActiveState.Failed, "resources", null, _time.GetElapsedTime(0) + TimeSpan.FromMilliseconds(1));
        Assert.Equal(Reasons.HooksNotStarted, Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel)).Reason);
        await RequestedAsync(controller);
        Assert.Equal(2, Starts);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(203)]
    public async Task A_unit_whose_program_could_not_be_executed_has_told_nothing(int status)
    {
        PutHook();
        var controller = Make();
        _status = At(ConnectionStates.Connected, 1);
        await RequestedAsync(controller);
        var unit = _systemd[Unit];
        (unit.Active, unit.Result, unit.Exit) = (UnitActiveState.Failed, "exit-code", new MainExit(IsSignal: false, status));
        Assert.Equal(Reasons.HooksNotStarted, Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel)).Reason);
        await RequestedAsync(controller);
        Assert.Equal(2, Starts);
    }

    [Fact]
    public async Task A_start_that_a_condition_of_the_unit_skips_is_the_end_of_it()
    {
        PutHook();
        var controller = Make();
        _systemd[Unit].HasUnmetCondition = true;
        _status = At(ConnectionStates.Connected, 1);
        await RequestedAsync(controller);
        for (var minute = 0; minute < 10; minute++)
        {
            Assert.Equal(Reasons.HooksSkipped, Assert.IsType<Outcome.NothingToDo>(await controller.RunAsync(Cancel)).Reason);
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal((1, HookResults.Skipped), (Starts, controller.Last?.Result));
    }

    /// <summary>systemd does it all the same, only later: a second run would tell the same again.</summary>
    [Theory]
    [InlineData(CommandFailure.TimedOut)]
    [InlineData(null)]
    public async Task A_start_that_is_not_answered_in_time_is_followed(CommandFailure? failure)
    {
        PutHook();
        var controller = Make();
        _systemd.Let(Start, new FakeTrouble(new CommandResult(null, string.Empty, failure)));
        _status = At(ConnectionStates.Connected, 1);
        await RequestedAsync(controller);
        Assert.Equal(Reasons.HooksRunning, Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel)).Reason);
        End();
        Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel));
        Assert.Equal(1, Starts);
    }

    [Fact]
    public async Task A_start_that_shows_no_effect_is_requested_again_ever_more_rarely()
    {
        PutHook();
        var controller = Make();
        _systemd[Unit].AfterStart = UnitActiveState.Inactive;
        _status = At(ConnectionStates.Connected, 1);
        await RequestedAsync(controller);
        for (var second = 0; second < 600; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            var reason = Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel)).Reason;
            Assert.Equal(Starts == 1 ? (Reasons.HooksRunning, HookResults.Running) : (Reasons.HooksNotStarted, HookResults.NotStarted), (reason, controller.Last!.Result));
        }

        Assert.InRange(Starts, 8, 20);
        _systemd[Unit].Active = UnitActiveState.Activating;
        Assert.Equal(Reasons.HooksRunning, Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel)).Reason);
    }

    [Fact]
    public async Task An_agent_that_is_started_again_waits_for_the_run_that_is_under_way()
    {
        PutHook();
        var first = Make();
        _status = At(ConnectionStates.Connected, 1);
        await RequestedAsync(first);
        var second = Make();
        Assert.IsType<Outcome.Waiting>(await second.RunAsync(Cancel));
        End();
        Assert.IsType<Outcome.Unchanged>(await second.RunAsync(Cancel));
        Assert.Equal(1, Starts);
    }

    [Fact]
    public async Task What_a_run_of_another_number_left_is_not_this_runs()
    {
        PutHook();
        var controller = Make();
        _status = At(ConnectionStates.Connected, 1);
        await RequestedAsync(controller);
        new HookEnd(1, []).Save(_directory.Root);
        Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel));
    }

    [Fact]
    public async Task Without_systemctl_or_the_unit_nothing_fails_and_a_reason_says_so()
    {
        PutHook();
        var controller = Make();
        _status = At(ConnectionStates.Connected, 1);
        _systemd.Let(Start, new FakeTrouble(new CommandResult(null, "-", CommandFailure.NotOnPath)));
        Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(Reasons.NoSystemd, Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel)).Reason);

        File.Delete(_directory.At($"usr/lib/systemd/system/{Unit}"));
        Assert.Equal(Reasons.NoHookUnit, Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel)).Reason);
        Assert.Null(controller.Last);
    }

    /// <summary>As in many a container, which has systemctl.</summary>
    [Fact]
    public async Task Where_systemd_is_not_at_work_nothing_is_requested()
    {
        PutHook();
        var controller = Make();
        Directory.Delete(_directory.At("run/systemd/system"));
        _status = At(ConnectionStates.Connected, 1);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(Reasons.NoSystemd, Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel)).Reason);
        Assert.Equal(0, Starts);
    }

    [Fact]
    public async Task A_unit_that_is_masked_is_off_and_what_changed_meanwhile_is_told_once_it_is_not()
    {
        PutHook();
        var controller = Make();
        _systemd[Unit].Load = UnitLoadState.Masked;
        _status = At(ConnectionStates.Connected, 1);
        await RequestedAsync(controller, last: outcome => Assert.Equal(Reasons.HookUnitMasked, Assert.IsType<Outcome.NothingToDo>(outcome).Reason));
        _systemd[Unit].Load = UnitLoadState.Loaded;
        await RequestedAsync(controller);
        Assert.Equal("disconnected", Variables["K2HDKC_PREVIOUS_STATE"]);
    }

    [Fact]
    public async Task A_systemd_that_does_not_answer_is_asked_again()
    {
        PutHook();
        var controller = Make();
        _status = At(ConnectionStates.Connected, 1);
        await RequestedAsync(controller);
        _systemd.IsSilent = true;
        Assert.Equal(Reasons.SystemdUnreachable, Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel)).Reason);
        _systemd.IsSilent = false;
        End();
        Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel));
    }

    private static AgentStatus At(string state, int? generation) => SampleStatus.Whole with
    {
        Connection = new Fact(state, "Partial", "-", SampleStatus.Now),
        Generation = new GenerationStatus("/x.ini", generation, generation, generation, []),
    };

    private HookController Make() => new(() => _status, _systemd, _directory.Root, _time);

    /// <summary>Runs it until it has requested a start.</summary>
    /// <param name="last">What is to be so of the outcome of the run that does; null: it waits.</param>
    private async Task RequestedAsync(HookController controller, Action<Outcome>? last = null)
    {
        var before = Starts;
        for (var second = 0; second < 15 && Starts == before; second++)
        {
            var outcome = await controller.RunAsync(Cancel);
            if (Starts > before && last is not null)
            {
                last(outcome);
                return;
            }

            Assert.IsType<Outcome.Waiting>(outcome);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(before + 1, Starts);
    }

    /// <summary>The unit's process ends as it does: systemd forgets one that ended well.</summary>
    private void End(params HookFailure[] failed)
    {
        new HookEnd(long.Parse(Variables["K2HDKC_RUN"], CultureInfo.InvariantCulture), failed).Save(_directory.Root);
        var unit = _systemd[Unit];
        (unit.Active, unit.Result) = failed.Length == 0 ? (UnitActiveState.Inactive, "success") : (UnitActiveState.Failed, failed.Any(failure => failure.IsOfStop) ? "timeout" : "exit-code");
        if (failed.Length == 0)
        {
            (unit.StartedAt, unit.CheckedAt) = (null, null);
        }
    }

    private void PutHook(string name = "10-a") => File.SetUnixFileMode(
        TempDirectory.PutAt(Path.Join(_directory.Root.Agent.HooksDirectory, name), "#!/bin/sh\n"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
}
