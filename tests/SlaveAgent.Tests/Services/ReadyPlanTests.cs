using SlaveAgent.Hosting;
using SlaveAgent.Services;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Services;

public sealed class ReadyPlanTests
{
    private static readonly UnitStatus Target = Units.Stopped("ready.target");

    [Theory]
    [InlineData(UnitActiveState.Inactive, true)]
    [InlineData(UnitActiveState.Failed, true)]
    [InlineData(UnitActiveState.Activating, true)]
    [InlineData(UnitActiveState.Deactivating, false)]
    [InlineData(UnitActiveState.Active, false)]
    public void A_target_that_was_never_reached_is_started_unless_somebody_is_stopping_it(UnitActiveState state, bool isStarted)
    {
        var (memory, wanted) = ReadyPlan.Reach(ReadyMemory.Empty, Target with { Active = state }, []);
        Assert.Equal(isStarted, wanted.Contains(new UnitAction(UnitActionKind.Start, "ready.target")));
        Assert.Equal(state == UnitActiveState.Active, memory.IsTargetDone);
    }

    [Fact]
    public void A_target_that_was_reached_once_is_left_as_it_is() =>
        Assert.Empty(ReadyPlan.Reach(new ReadyMemory(true, []), Target, []).Wanted);

    [Theory]
    [InlineData(UnitActiveState.Inactive, true)]
    [InlineData(UnitActiveState.Failed, true)]
    [InlineData(UnitActiveState.Activating, false)]
    [InlineData(UnitActiveState.Deactivating, false)]
    [InlineData(UnitActiveState.Active, false)]
    [InlineData(UnitActiveState.Reloading, false)]
    public void What_requires_the_target_and_was_never_started_is_started(UnitActiveState state, bool isStarted) =>
        Assert.Equal(isStarted, WantsStart(Units.Of("a.service", state)));

    [Fact]
    public void What_is_disabled_masked_missing_or_was_started_in_this_boot_is_not()
    {
        var unit = Units.Stopped("a.service");
        Assert.True(WantsStart(unit));
        Assert.True(WantsStart(unit with { FileState = "static" }));
        Assert.All(
            [
                unit with { FileState = "disabled" }, unit with { FileState = "enabled-runtime" }, unit with { FileState = "masked", Load = UnitLoadState.Masked }, unit with { FileState = string.Empty },
                unit with { Load = UnitLoadState.NotFound }, unit with { StartedAt = TimeSpan.FromSeconds(5) },
            ],
            left => Assert.False(WantsStart(left)));
        Assert.DoesNotContain(new UnitAction(UnitActionKind.Start, "a.service"), ReadyPlan.Reach(new ReadyMemory(true, ["a.service"]), Target, [unit]).Wanted);
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(11, false)]
    public void What_systemd_skipped_by_a_condition_once_the_target_was_started_is_left_and_before_that_is_tried_again(int skippedAt, bool isStarted)
    {
        var skipped = Units.Stopped("a.service") with { IsSkipped = true, CheckedAt = TimeSpan.FromSeconds(skippedAt) };
        var target = Target with { Active = UnitActiveState.Active, CheckedAt = TimeSpan.FromSeconds(10) };
        var (memory, wanted) = ReadyPlan.Reach(ReadyMemory.Empty, target, [skipped]);
        Assert.Equal((isStarted, !isStarted), (!wanted.IsEmpty, ReadyPlan.IsComplete(memory, [skipped])));
    }

    [Fact]
    public void What_was_seen_started_is_remembered_for_good()
    {
        var running = Units.Running("a.service");
        var (memory, _) = ReadyPlan.Reach(ReadyMemory.Empty, Target, [running, Units.Stopped("b.service")]);
        Assert.Equal(["a.service"], memory.Done);
        (memory, _) = ReadyPlan.Reach(memory, Target, [Units.Stopped("a.service"), Units.Running("b.service")]);
        Assert.Equal(["a.service", "b.service"], memory.Done);
        Assert.True(memory.SaysTheSame(ReadyPlan.Reach(memory, Target, []).Memory));
    }

    [Fact]
    public void A_lost_connection_stops_a_target_that_is_active_and_forgets_what_was_reached_once_it_is_not()
    {
        var (memory, wanted) = ReadyPlan.Leave(Target with { Active = UnitActiveState.Active }, TimeSpan.FromMinutes(5));
        Assert.Equal([new UnitAction(UnitActionKind.Stop, "ready.target")], wanted);
        Assert.Equal((true, false), (memory.IsLeaving, memory.IsTargetDone));
        (memory, wanted) = ReadyPlan.Leave(Target, TimeSpan.FromMinutes(5));
        Assert.Empty(wanted);
        Assert.True(memory.SaysTheSame(ReadyMemory.Empty with { Since = TimeSpan.FromMinutes(5) }));
    }

    [Fact]
    public void A_target_that_is_still_active_after_it_was_requested_to_stop_is_started_again_whatever_it_shows()
    {
        var active = Target with { Active = UnitActiveState.Active };
        var (leaving, _) = ReadyPlan.Leave(active, TimeSpan.FromMinutes(5));
        var (memory, wanted) = ReadyPlan.Reach(leaving, active, []);
        Assert.Equal([new UnitAction(UnitActionKind.Start, "ready.target")], wanted);
        Assert.False(ReadyPlan.IsComplete(memory, []));
    }

    [Fact]
    public void What_went_with_a_lost_connection_is_started_again_with_the_next_one_and_awaited_while_it_still_stops()
    {
        var (memory, _) = ReadyPlan.Leave(Target, TimeSpan.FromMinutes(5));
        var went = Units.Stopped("a.service") with { StartedAt = TimeSpan.FromMinutes(1) };
        var active = Target with { Active = UnitActiveState.Active };
        Assert.Contains(new UnitAction(UnitActionKind.Start, "a.service"), ReadyPlan.Reach(memory, active, [went]).Wanted);

        var stopping = went with { Active = UnitActiveState.Deactivating };
        var (reached, wanted) = ReadyPlan.Reach(memory, active, [stopping]);
        Assert.Empty(wanted);
        Assert.False(ReadyPlan.IsComplete(reached, [stopping]));

        (reached, _) = ReadyPlan.Reach(memory, active, [went with { Active = UnitActiveState.Active, StartedAt = TimeSpan.FromMinutes(6) }]);
        Assert.True(ReadyPlan.IsComplete(reached, [went]));
    }

    private static bool WantsStart(UnitStatus dependent) =>
        ReadyPlan.Reach(new ReadyMemory(true, []), Target, [dependent]).Wanted.Contains(new UnitAction(UnitActionKind.Start, dependent.Name));
}
