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
}
