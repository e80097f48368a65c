using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Reconciling;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

public sealed class HoldKeeperTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_hold_is_in_force_for_all_processes_until_its_time_is_over_or_it_is_ended()
    {
        var (one, other) = (new HoldKeeper(_directory.Root, _time), new HoldKeeper(_directory.Root, _time));
        Assert.Null(one.Current);
        var hold = new Hold(HoldKind.Paused, _time.GetUtcNow(), _time.GetUtcNow() + TimeSpan.FromHours(1), "it's \"why\"");
        other.Set(hold);
        Assert.Equal(hold, one.Current);
        Assert.True(one.IsPaused);
        _time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(1));
        Assert.True(one.IsPaused);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(one.Current);

        var held = new Hold(HoldKind.Held, _time.GetUtcNow(), null, null) { Generation = 7, Configuration = SampleIni.Text };
        other.Set(held);
        Assert.Equal(held, one.Current);
        Assert.False(one.IsPaused);
        other.End();
        Assert.Null(one.Current);
    }

    [Fact]
    public void A_hold_goes_on_when_the_pause_that_came_after_it_is_over()
    {
        var (one, other) = (new HoldKeeper(_directory.Root, _time), new HoldKeeper(_directory.Root, _time));
        var held = Held(TimeSpan.FromDays(1));
        other.Set(held);
        other.Set(Paused(TimeSpan.FromMinutes(5)));
        other.Set(Paused(TimeSpan.FromMinutes(10)));
        Assert.True(one.IsPaused);
        Assert.Equal(held, one.Current?.Held);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(held, one.Current);
        Assert.False(one.IsPaused);
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Null(one.Current);
    }

    [Fact]
    public void A_pause_goes_on_when_a_hold_comes_after_it_and_when_that_is_over()
    {
        var (one, other) = (new HoldKeeper(_directory.Root, _time), new HoldKeeper(_directory.Root, _time));
        var (paused, held) = (Paused(TimeSpan.FromDays(1)), Held(TimeSpan.FromHours(1)));
        other.Set(paused);
        other.Set(Held(TimeSpan.FromDays(2)));
        Assert.Equal(paused with { Held = held }, other.Set(held));
        Assert.Equal(paused with { Held = held }, one.Current);
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(paused, one.Current);
        _time.Advance(TimeSpan.FromHours(23));
        Assert.Null(one.Current);

        Assert.Equal(held with { Until = null }, other.Set(held with { Until = null }));
    }

    [Fact]
    public void Resuming_ends_a_pause_and_the_hold_beneath_it()
    {
        var holds = new HoldKeeper(_directory.Root, _time);
        holds.Set(Held(TimeSpan.FromHours(1)));
        holds.Set(Paused(TimeSpan.FromMinutes(1)));
        holds.End();
        Assert.Null(holds.Current);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(holds.Current);
    }

    [Theory]
    [InlineData("{\"kind\":\"Paused\",\"since\":\"2026-11-27T01:00:00+00:00\",\"until\":null,\"why\":\"trial\",\"generation\":null,\"configuration\":null}", HoldKind.Paused)]
    [InlineData("{\"kind\":\"Held\",\"since\":\"2026-11-27T01:00:00+00:00\",\"until\":null,\"why\":null,\"generation\":7,\"configuration\":\"[GLOBAL]\"}", HoldKind.Held)]
    public void A_file_of_a_version_that_knew_one_order_is_that_order(string text, HoldKind kind)
    {
        TempDirectory.PutAt(_directory.Root.Agent.Hold, text);
        var hold = new HoldKeeper(_directory.Root, _time).Current!;
        Assert.Equal(kind, hold.Kind);
        Assert.Null(hold.Held);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"kind\":\"Other\"}")]
    public void A_file_that_holds_no_order_is_none(string text)
    {
        Directory.CreateDirectory(_directory.Root.Agent.StateDirectory);
        File.WriteAllText(_directory.Root.Agent.Hold, text);
        Assert.Null(new HoldKeeper(_directory.Root, _time).Current);
    }

    [Fact]
    public async Task A_failure_before_the_pause_is_no_further_failure_while_it_lasts()
    {
        var inner = new FakeController(ControllerKinds.Registration, () => new Outcome.Failed("no answer", Consequence.K2hr3Away) { TimedOut = true, AnswerTime = TimeSpan.FromSeconds(40) });
        var holds = new HoldKeeper(_directory.Root, _time);
        var controller = new PausableController(inner, holds);
        await controller.RunAsync(TestContext.Current.CancellationToken);
        holds.Set(new Hold(HoldKind.Paused, _time.GetUtcNow(), null, null));
        var paused = await controller.RunAsync(TestContext.Current.CancellationToken);
        Assert.Equal((Reasons.Paused, TimeSpan.Zero), (Assert.IsType<Outcome.Waiting>(paused).Reason, paused.AnswerTime));
    }

    [Fact]
    public async Task A_controller_that_would_send_something_does_not_run_while_paused_and_what_it_said_stays()
    {
        var inner = new FakeController(ControllerKinds.Registration, () => new Outcome.Changed("done") { Reason = Reasons.Registered, Triggers = ControllerKinds.Role, AnswerTime = TimeSpan.FromSeconds(1) });
        var holds = new HoldKeeper(_directory.Root, _time);
        var controller = new PausableController(inner, holds);
        holds.Set(new Hold(HoldKind.Paused, _time.GetUtcNow(), null, null));
        Assert.Equal(Reasons.Paused, Assert.IsType<Outcome.Waiting>(await controller.RunAsync(TestContext.Current.CancellationToken)).Reason);
        holds.End();
        Assert.IsType<Outcome.Changed>(await controller.RunAsync(TestContext.Current.CancellationToken));
        holds.Set(new Hold(HoldKind.Paused, _time.GetUtcNow(), null, null));
        var stays = Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(TestContext.Current.CancellationToken));
        Assert.Equal((Reasons.Registered, ControllerKinds.None, TimeSpan.Zero, 1), (stays.Reason, stays.Triggers, stays.AnswerTime, inner.Runs));
    }

    private Hold Paused(TimeSpan length) => new(HoldKind.Paused, _time.GetUtcNow(), _time.GetUtcNow() + length, null);

    private Hold Held(TimeSpan length) => new(HoldKind.Held, _time.GetUtcNow(), _time.GetUtcNow() + length, null) { Generation = 7, Configuration = SampleIni.Text };
}
