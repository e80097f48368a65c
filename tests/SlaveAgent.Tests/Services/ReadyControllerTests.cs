using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Services;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Services;

public sealed class ReadyControllerTests : IDisposable
{
    private const string Target = AgentUnits.Ready;
    private const string Demo = "demo.service";

    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private readonly FakeSystemd _systemd;
    private bool? _isConnected = true;

    public ReadyControllerTests()
    {
        _systemd = new FakeSystemd(_time);
        _directory.Put($"usr/lib/systemd/system/{Target}", "[Unit]\n");
        _systemd[Target].FileState = "static";
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Memory => _directory.Root.Agent.ReadyMemory;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void It_works_in_a_lane_of_its_own() =>
        Assert.Equal((ControllerKinds.Ready, Lane.Ready), Make() is var controller ? (controller.Kind, controller.Lane) : default);

    [Fact]
    public async Task A_connection_that_comes_reaches_the_target_once_and_starts_what_is_enabled_and_requires_it()
    {
        _systemd[Target].Dependents = [Demo, "disabled.service", "masked.service", "missing.service", "running.service"];
        _systemd[Demo].Active = UnitActiveState.Failed;
        _systemd["disabled.service"].FileState = "disabled";
        _systemd["masked.service"].Load = UnitLoadState.Masked;
        _systemd["masked.service"].FileState = "masked";
        _systemd.Run("running.service");
        var controller = Make();
        await SettleAsync(controller);
        Assert.Equal([$"start {Target}", $"start {Demo}"], _systemd.Requests);

        // From now on it costs no process.
        var calls = _systemd.Calls.Count;
        for (var hour = 0; hour < 5; hour++)
        {
            _time.Advance(TimeSpan.FromHours(1));
            Assert.Equal(Reasons.AsDesired, Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel)).Reason);
        }

        Assert.Equal(calls, _systemd.Calls.Count);
    }

    [Theory]
    [InlineData(Target, nameof(FakeTrouble.Fails))]
    [InlineData(Target, nameof(FakeTrouble.HasNoEffect))]
    [InlineData(Target, nameof(FakeTrouble.IsKilled))]
    [InlineData(Demo, nameof(FakeTrouble.Fails))]
    [InlineData(Demo, nameof(FakeTrouble.HasNoEffect))]
    [InlineData(Demo, nameof(FakeTrouble.IsKilled))]
    public async Task A_start_is_repeated_until_it_is_seen_and_never_after_somebody_stopped_it(string unit, string trouble)
    {
        _systemd[Target].Dependents = [Demo];
        _systemd[Demo].Active = UnitActiveState.Failed;
        _systemd.Let($"start {unit}", FakeTrouble.Named(trouble), times: 3);
        var controller = Make();
        await SettleAsync(controller);
        Assert.Equal(4, _systemd.Count($"start {unit}"));
        Assert.All([Target, Demo], name => Assert.Equal(UnitActiveState.Active, _systemd[name].Active));

        await _systemd.StopAsync(unit, Cancel);
        await SettleAsync(controller);
        await SettleAsync(Make());
        Assert.Equal(4, _systemd.Count($"start {unit}"));
        Assert.Equal(UnitActiveState.Inactive, _systemd[unit].Active);
    }

    [Fact]
    public async Task A_start_that_never_has_an_effect_is_repeated_ever_more_rarely()
    {
        _systemd.Let($"start {Target}", FakeTrouble.HasNoEffect, times: 10_000);
        var controller = Make();
        for (var second = 0; second < 3600; second++)
        {
            Assert.False((await controller.RunAsync(Cancel)).IsSettled);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(_systemd.Count($"start {Target}"), 60, 65);
    }

    [Fact]
    public async Task An_agent_that_was_killed_after_the_target_was_reached_starts_what_requires_it()
    {
        _systemd[Target].Dependents = [Demo];
        _systemd[Demo].Active = UnitActiveState.Failed;
        using var killed = new CancellationTokenSource();
        _systemd.Called = () =>
        {
            if (_systemd.Requests.Count == 2)
            {
                killed.Cancel();
            }
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Make().RunAsync(killed.Token));
        _systemd.Called = null;
        Assert.Equal((UnitActiveState.Active, UnitActiveState.Failed), (_systemd[Target].Active, _systemd[Demo].Active));
        await SettleAsync(Make());
        Assert.Equal(UnitActiveState.Active, _systemd[Demo].Active);
        Assert.Equal(1, _systemd.Count($"start {Target}"));
    }

    [Fact]
    public async Task An_agent_that_was_killed_before_it_saw_the_target_reached_requests_nothing_twice_once_it_sees_it()
    {
        await Make().RunAsync(Cancel);
        Assert.False(File.Exists(Memory) && ReadyMemory.Load(_directory.Root).IsTargetDone);
        await SettleAsync(Make());
        Assert.Equal([$"start {Target}"], _systemd.Requests);
        Assert.True(ReadyMemory.Load(_directory.Root).IsTargetDone);
    }

    [Fact]
    public async Task A_dependent_that_was_started_and_has_ended_is_not_started_again()
    {
        _systemd[Target].Dependents = [Demo];
        _systemd.Run(Demo);
        _systemd[Demo].Active = UnitActiveState.Failed;
        await SettleAsync(Make());
        Assert.Equal([$"start {Target}"], _systemd.Requests);
    }

    [Fact]
    public async Task A_dependent_that_systemd_skips_by_a_condition_is_requested_once_and_again_with_the_next_connection()
    {
        _time.Advance(TimeSpan.FromMinutes(1));
        _systemd[Target].Dependents = [Demo];
        _systemd[Demo].HasUnmetCondition = true;
        (_systemd[Demo].IsSkipped, _systemd[Demo].CheckedAt) = (true, TimeSpan.FromSeconds(30));
        var controller = Make();
        await SettleAsync(controller);
        await SettleAsync(Make());
        Assert.Equal(1, _systemd.Count($"start {Demo}"));

        _isConnected = false;
        await SettleAsync(controller);
        (_isConnected, _systemd[Demo].HasUnmetCondition) = (true, false);
        await SettleAsync(controller);
        Assert.Equal((2, UnitActiveState.Active), (_systemd.Count($"start {Demo}"), _systemd[Demo].Active));
    }

    [Fact]
    public async Task A_target_that_was_reached_before_the_agent_came_is_left_as_it_is()
    {
        _systemd.Run(Target);
        await SettleAsync(Make());
        Assert.Empty(_systemd.Requests);
        Assert.Equal([$"show {Target}"], _systemd.Calls);
    }

    [Theory]
    [InlineData(true, null)]
    [InlineData(true, nameof(FakeTrouble.Fails))]
    [InlineData(true, nameof(FakeTrouble.HasNoEffect))]
    [InlineData(true, nameof(FakeTrouble.IsKilled))]
    [InlineData(false, null)]
    public async Task A_connection_that_goes_stops_the_target_only_where_it_is_to_follow(bool follow, string? trouble)
    {
        var controller = Make(follow);
        await SettleAsync(controller);
        if (trouble is not null)
        {
            _systemd.Let($"request-stop {Target}", FakeTrouble.Named(trouble), times: 2);
        }

        _isConnected = false;
        var outcome = await SettleAsync(controller);
        Assert.Equal(Reasons.NotConnected, Assert.IsType<Outcome.NothingToDo>(outcome).Reason);
        Assert.Equal(follow ? trouble is null ? 1 : 3 : 0, _systemd.Count($"request-stop {Target}"));
        Assert.Equal(follow ? UnitActiveState.Inactive : UnitActiveState.Active, _systemd[Target].Active);

        // Where it followed it is reached again with the next connection.
        _isConnected = true;
        await SettleAsync(controller);
        Assert.Equal(follow ? 2 : 1, _systemd.Count($"start {Target}"));
        Assert.Equal(UnitActiveState.Active, _systemd[Target].Active);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_connection_that_is_back_before_the_stop_was_seen_brings_the_target_back(bool isStopLate)
    {
        var controller = Make();
        await SettleAsync(controller);
        if (isStopLate)
        {
            _systemd.Let($"request-stop {Target}", FakeTrouble.HasNoEffect);
        }

        _isConnected = false;
        await controller.RunAsync(Cancel);
        _isConnected = true;
        await SettleAsync(Make());
        Assert.Equal((2, UnitActiveState.Active), (_systemd.Count($"start {Target}"), _systemd[Target].Active));
    }

    [Fact]
    public async Task A_stop_that_an_agent_was_killed_before_is_made_by_the_next_one()
    {
        await SettleAsync(Make());
        _isConnected = false;
        await SettleAsync(Make());
        Assert.Equal(UnitActiveState.Inactive, _systemd[Target].Active);
    }

    [Fact]
    public async Task An_agent_that_never_saw_a_connection_stops_nothing()
    {
        _isConnected = false;
        _systemd.Run(Target);
        Assert.Equal(Reasons.NotConnected, Assert.IsType<Outcome.NothingToDo>(await Make().RunAsync(Cancel)).Reason);
        Assert.Empty(_systemd.Calls);
    }

    [Fact]
    public async Task Without_the_packages_target_nothing_is_told()
    {
        File.Delete(_directory.At($"usr/lib/systemd/system/{Target}"));
        Assert.Equal(Reasons.NoTarget, Assert.IsType<Outcome.NothingToDo>(await Make().RunAsync(Cancel)).Reason);
        Assert.Empty(_systemd.Calls);
    }

    [Fact]
    public async Task A_systemd_that_does_not_answer_is_asked_again()
    {
        _systemd.IsSilent = true;
        var controller = Make();
        Assert.Equal(Reasons.SystemdUnreachable, Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel)).Reason);
        _systemd.IsSilent = false;
        await SettleAsync(controller);
        Assert.Equal(UnitActiveState.Active, _systemd[Target].Active);
    }

    [Fact]
    public async Task A_systemd_that_answers_on_the_target_alone_is_asked_for_what_requires_it_again()
    {
        _systemd[Target].Dependents = [Demo];
        _systemd[Demo].Active = UnitActiveState.Failed;
        _systemd.Let($"show {Demo}", FakeTrouble.IsKilled, times: 2);
        await SettleAsync(Make());
        Assert.Equal(UnitActiveState.Active, _systemd[Demo].Active);
    }

    private Task<Outcome> SettleAsync(ReadyController controller) => Controllers.SettleAsync(controller, _time, _systemd);

    /// <summary>An agent that has just started has not asked chmpx yet, and programs use it.</summary>
    [Fact]
    public async Task While_it_is_not_known_whether_the_connection_is_there_nothing_is_stopped_for_it()
    {
        await SettleAsync(Make());
        _isConnected = null;
        var requests = _systemd.Requests.Count;
        Assert.Equal(Reasons.NotObserved, Assert.IsType<Outcome.NothingToDo>(await Make().RunAsync(Cancel)).Reason);
        Assert.Equal(requests, _systemd.Requests.Count);
        _isConnected = false;
        await Make().RunAsync(Cancel);
        Assert.True(_systemd.Requests.Count > requests);
    }

    private ReadyController Make(bool follow = true) => new(() => _isConnected, _systemd, _directory.Root, follow, _time);
}
