using CsCheck;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

public sealed class ScheduleTests
{
    private static readonly WatchSettings Watch = new(TimeSpan.FromSeconds(60), 0.2, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1), TimeSpan.FromSeconds(1));
    private static readonly RetrySettings Retry = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));

    private static readonly ControllerKinds[] Asking = [ControllerKinds.Registration, ControllerKinds.Role, ControllerKinds.Configuration];
    private static readonly ControllerKinds[] All = [.. FakeController.All().Select(controller => controller.Kind)];

    private static readonly Outcome Fine = new Outcome.Unchanged("fine");
    private static readonly Outcome Away = new Outcome.Failed("away", Consequence.K2hr3Away);

    [Fact]
    public void At_first_every_controller_is_due() => Assert.All(All, kind => Assert.True(Make().IsDue(kind, TimeSpan.Zero)));

    [Fact]
    public void What_is_settled_waits_for_its_own_interval()
    {
        var schedule = Make(0.5);
        Settle(schedule);
        Assert.Equal(At(1), schedule.DueAt(ControllerKinds.Connection));
        Assert.Equal(At(60), schedule.DueAt(ControllerKinds.Configuration));
        Assert.Equal(TimeSpan.FromHours(1), schedule.DueAt(ControllerKinds.Role));
        Assert.Equal(TimeSpan.FromHours(1), schedule.DueAt(ControllerKinds.Packages));
        Assert.Equal(TimeSpan.FromMinutes(5), schedule.DueAt(ControllerKinds.Services));
        Assert.All([ControllerKinds.Registration, ControllerKinds.OwnName, ControllerKinds.Ready], kind => Assert.True(schedule.DueAt(kind) > TimeSpan.FromDays(365)));
        Assert.Equal(At(1), schedule.Next);
    }

    [Theory]
    [InlineData(0, 0.0, 0.1)]
    [InlineData(10, 0.0, 10)]
    [InlineData(10, 0.5, 11)]
    [InlineData(600, 0.5, 660)]
    [InlineData(7200, 0.5, 3600)]
    public void A_settled_controller_that_rests_on_what_may_change_soon_runs_again_then_and_not_before(double recheck, double random, double seconds)
    {
        var schedule = Make(random);
        schedule.Record(ControllerKinds.Packages, Fine with { RecheckAfter = At(recheck) }, TimeSpan.Zero);
        Assert.Equal(At(seconds), schedule.DueAt(ControllerKinds.Packages));
        schedule.Record(ControllerKinds.Packages, Fine, TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromHours(1), schedule.DueAt(ControllerKinds.Packages));
    }

    [Fact]
    public void The_poll_varies_by_its_jitter_either_way() => Gen.Double[0, 0.999].Sample(random =>
    {
        var schedule = Make(random);
        Settle(schedule);
        return schedule.DueAt(ControllerKinds.Configuration).TotalSeconds is >= 48 and <= 72;
    });

    [Fact]
    public void A_failed_controller_is_tried_again_ever_more_rarely_and_soon_once_it_went_well()
    {
        var schedule = Make(Math.BitDecrement(1.0));
        var now = TimeSpan.Zero;
        foreach (var seconds in (double[])[1, 2, 4, 8, 16, 32, 60, 60])
        {
            schedule.Record(ControllerKinds.Services, new Outcome.Failed("no"), now);
            Assert.Equal(seconds, (schedule.DueAt(ControllerKinds.Services) - now).TotalSeconds, 3);
            now = schedule.DueAt(ControllerKinds.Services);
        }

        schedule.Record(ControllerKinds.Services, Fine, now);
        schedule.Record(ControllerKinds.Services, new Outcome.Waiting("for it"), now);
        Assert.Equal(1, (schedule.DueAt(ControllerKinds.Services) - now).TotalSeconds, 3);
    }

    [Theory]
    [InlineData(0.09, 60)]
    [InlineData(4, 60)]
    [InlineData(8, 78)]
    [InlineData(39, 217.5)]
    public void A_K2HR3_that_answers_slowly_is_left_alone_for_longer(double took, double seconds)
    {
        var schedule = Make(0.5);
        Settle(schedule);
        schedule.Record(ControllerKinds.Configuration, Fine with { AnswerTime = At(took) }, At(100));
        Assert.Equal(100 + seconds, schedule.DueAt(ControllerKinds.Configuration).TotalSeconds, 3);
    }

    [Fact]
    public void A_host_without_a_configuration_comes_back_soon_however_loaded_K2HR3_is()
    {
        var schedule = Loaded(Math.BitDecrement(1.0), isConfigured: false);
        for (var i = 0; i < 3; i++)
        {
            schedule.Record(ControllerKinds.Configuration, Away, At(100));
        }

        Assert.Equal(104, schedule.DueAt(ControllerKinds.Configuration).TotalSeconds, 3);
    }

    [Theory]
    [InlineData(0, 96)]
    [InlineData(0.5, 120)]
    public void A_host_with_a_configuration_goes_on_at_its_pace_while_a_loaded_K2HR3_is_away(double random, double seconds)
    {
        var schedule = Loaded(random, isConfigured: true);
        schedule.Record(ControllerKinds.Configuration, Away, At(100));
        Assert.InRange(schedule.DueAt(ControllerKinds.Configuration), At(100), At(101));
        schedule.Record(ControllerKinds.Configuration, Away, At(101));
        Assert.Equal(101 + seconds, schedule.DueAt(ControllerKinds.Configuration).TotalSeconds, 3);
    }

    [Fact]
    public void A_host_whose_K2HR3_is_at_ease_comes_back_as_soon_with_a_configuration_as_without_one()
    {
        foreach (var isConfigured in (bool[])[false, true])
        {
            var schedule = new Schedule(FakeController.All(), Watch, Retry, () => 0.5, () => isConfigured);
            Settle(schedule);
            schedule.Record(ControllerKinds.Configuration, Away, At(100));
            schedule.Record(ControllerKinds.Configuration, Away, At(101));
            schedule.Record(ControllerKinds.Configuration, Away, At(102));
            Assert.InRange(schedule.DueAt(ControllerKinds.Configuration), At(104), At(104.1));
        }
    }

    [Fact]
    public void A_kept_pace_has_a_start_of_a_configured_host_ask_in_its_turn_and_of_another_at_once()
    {
        var memory = new PaceMemory(null);
        memory.Note(At(120));
        Assert.All(Asking, kind => Assert.True(new Schedule(FakeController.All(), Watch, Retry, () => 0.5, () => false, memory).IsDue(kind, TimeSpan.Zero)));
        var schedule = new Schedule(FakeController.All(), Watch, Retry, () => 0.5, () => true, memory);
        Assert.All(All.Except(Asking), kind => Assert.True(schedule.IsDue(kind, TimeSpan.Zero)));
        Assert.Equal([At(240), At(1200), At(90)], Asking.Select(schedule.DueAt));
    }

    [Fact]
    public void What_a_start_still_has_to_ask_of_a_K2HR3_that_is_away_waits_its_turn()
    {
        var schedule = new Schedule(FakeController.All(), Watch, Retry, () => 0.5, () => true);
        schedule.Record(ControllerKinds.Registration, Away, At(0));
        Assert.InRange(schedule.DueAt(ControllerKinds.Registration), At(0), At(1));
        Assert.InRange(schedule.DueAt(ControllerKinds.Configuration), At(45), At(46));
        Assert.InRange(schedule.DueAt(ControllerKinds.Role), At(600), At(601));
    }

    [Fact]
    public void A_person_who_may_have_told_all_hosts_is_served_within_the_pace_of_a_loaded_K2HR3()
    {
        var schedule = Loaded(0.5, isConfigured: true);
        schedule.RunNow(ControllerKinds.Configuration | ControllerKinds.Services, At(100));
        Assert.Equal(At(160), schedule.DueAt(ControllerKinds.Configuration));
        Assert.True(schedule.IsDue(ControllerKinds.Services, At(100)));
    }

    [Fact]
    public void What_concerns_this_host_alone_does_not_end_the_wait_for_a_K2HR3_that_is_away()
    {
        var schedule = Make();
        Settle(schedule);
        schedule.Record(ControllerKinds.Configuration, new Outcome.Failed("busy", Consequence.K2hr3Away, At(100)), At(10));
        schedule.RunNow(ControllerKinds.Connection, At(11));
        Assert.True(schedule.IsDue(ControllerKinds.Connection, At(11)));
        Assert.InRange(schedule.DueAt(ControllerKinds.Configuration), At(110), At(111));
    }

    [Fact]
    public void Configured_hosts_that_were_all_told_the_same_second_come_back_over_as_long_as_they_were_told_to_wait()
    {
        foreach (var (asked, seconds) in ((double, double)[])[(30, 45), (600, 630)])
        {
            var schedule = new Schedule(FakeController.All(), Watch, Retry, () => 0.5, () => true);
            Settle(schedule);
            schedule.Record(ControllerKinds.Configuration, new Outcome.Failed("503", Consequence.K2hr3Away, At(asked)), At(0));
            Assert.Equal(At(seconds), schedule.DueAt(ControllerKinds.Configuration));
        }
    }

    [Fact]
    public void A_K2HR3_that_does_not_answer_in_time_is_asked_ever_more_rarely_and_as_before_once_it_answered()
    {
        var schedule = Make(Math.BitDecrement(1.0));
        var now = TimeSpan.Zero;
        foreach (var seconds in (double[])[60, 120, 240, 480, 600, 600])
        {
            schedule.Record(ControllerKinds.Configuration, new Outcome.Failed("too late", Consequence.K2hr3Away) { TimedOut = true }, now);
            Assert.Equal(seconds, (schedule.DueAt(ControllerKinds.Configuration) - now).TotalSeconds, 3);
            now = schedule.DueAt(ControllerKinds.Configuration);
        }

        schedule.Record(ControllerKinds.Configuration, Fine, now);
        schedule.Record(ControllerKinds.Configuration, Away, now);
        Assert.Equal(1, (schedule.DueAt(ControllerKinds.Configuration) - now).TotalSeconds, 3);
    }

    [Fact]
    public void Hosts_that_were_all_told_the_same_second_do_not_come_in_the_same_second()
    {
        var dates = new List<TimeSpan>();
        foreach (var random in (double[])[0, 0.5, 0.9])
        {
            var schedule = Make(random);
            schedule.Record(ControllerKinds.Configuration, new Outcome.Failed("503", Consequence.K2hr3Away, At(120)), At(10));
            dates.Add(schedule.DueAt(ControllerKinds.Configuration));
        }

        Assert.All(dates, date => Assert.InRange(date, At(130), At(131)));
        Assert.Equal(3, dates.Distinct().Count());
    }

    [Fact]
    public void What_all_hosts_of_the_ring_see_at_once_each_follows_in_its_own_slot()
    {
        var trigger = Fine with { Triggers = ControllerKinds.Configuration, TriggerReason = "+a", TriggerSpread = At(20) };
        var schedule = Make(0.5);
        Settle(schedule);
        schedule.Record(ControllerKinds.Connection, trigger, At(5));
        Assert.Equal(At(15), schedule.DueAt(ControllerKinds.Configuration));
        schedule.Record(ControllerKinds.Connection, trigger, At(6));
        Assert.Equal(At(15), schedule.DueAt(ControllerKinds.Configuration));
    }

    [Fact]
    public void A_slot_never_comes_later_than_the_poll_would()
    {
        var schedule = Make(0.5);
        Settle(schedule);
        schedule.Record(ControllerKinds.Connection, Fine with { Triggers = ControllerKinds.Configuration, TriggerReason = "+a", TriggerSpread = At(1000) }, At(5));
        Assert.Equal(At(60), schedule.DueAt(ControllerKinds.Configuration));
    }

    [Fact]
    public void The_ring_is_polled_every_interval_however_it_is()
    {
        foreach (var outcome in (Outcome[])[Fine, new Outcome.Failed("no"), new Outcome.Waiting("for it"), new Outcome.Changed("it")])
        {
            var schedule = Make();
            schedule.Record(ControllerKinds.Connection, outcome, At(10));
            Assert.Equal(At(11), schedule.DueAt(ControllerKinds.Connection));
        }
    }

    [Fact]
    public void While_the_slave_is_not_connected_the_ring_is_polled_each_second_although_its_interval_is_longer()
    {
        var schedule = new Schedule(FakeController.All(), Watch with { RingInterval = TimeSpan.FromMinutes(5) }, Retry, () => 0.5);
        schedule.Record(ControllerKinds.Connection, new Outcome.Waiting("for it"), At(10));
        Assert.Equal(At(11), schedule.DueAt(ControllerKinds.Connection));
        schedule.Record(ControllerKinds.Connection, Fine, At(11));
        Assert.Equal(At(311), schedule.DueAt(ControllerKinds.Connection));
    }

    [Fact]
    public void Who_says_when_to_run_again_runs_then()
    {
        var schedule = Make();
        schedule.Record(ControllerKinds.Configuration, new Outcome.Waiting("for a second answer", At(5)), At(100));
        Assert.Equal(At(105), schedule.DueAt(ControllerKinds.Configuration));
    }

    [Fact]
    public void A_second_answer_is_not_asked_for_sooner_because_the_ring_disagrees_meanwhile()
    {
        var schedule = Make();
        Settle(schedule);
        schedule.Record(ControllerKinds.Configuration, new Outcome.Waiting("for a second answer", At(5)), At(100));
        schedule.Record(ControllerKinds.Connection, Triggering(ControllerKinds.Configuration, "+a"), At(101));
        Assert.Equal(At(105), schedule.DueAt(ControllerKinds.Configuration));
    }

    [Fact]
    public void What_needs_a_person_is_tried_again_at_the_longest_delay()
    {
        var schedule = Make(0);
        schedule.Record(ControllerKinds.Packages, new Outcome.Failed("names", Consequence.NeedsPerson), At(100));
        Assert.Equal(At(160), schedule.DueAt(ControllerKinds.Packages));
    }

    [Fact]
    public void A_K2HR3_that_is_away_holds_back_every_controller_that_asks_it_and_no_other()
    {
        var schedule = Make(0.5);
        schedule.Record(ControllerKinds.Registration, Away, At(10));
        Assert.All(Asking, kind => Assert.False(schedule.IsDue(kind, At(10))));
        Assert.All(All.Except(Asking), kind => Assert.True(schedule.IsDue(kind, At(10))));
        Assert.All(Asking, kind => Assert.True(schedule.IsDue(kind, At(11))));
    }

    [Fact]
    public void Any_answer_ends_the_count_of_failures()
    {
        var schedule = Make(Math.BitDecrement(1.0));
        for (var i = 0; i < 5; i++)
        {
            schedule.Record(ControllerKinds.Registration, Away, TimeSpan.Zero);
        }

        Assert.Equal(16, schedule.DueAt(ControllerKinds.Configuration).TotalSeconds, 3);
        schedule.Record(ControllerKinds.Registration, Fine, At(16));
        schedule.Record(ControllerKinds.Configuration, Away, At(20));
        Assert.Equal(21, schedule.DueAt(ControllerKinds.Role).TotalSeconds, 3);
    }

    [Theory]
    [InlineData(30, 30)]
    [InlineData(3600, 3600)]
    [InlineData(864000, 3600)]
    public void A_service_that_asks_for_time_gets_it_up_to_an_hour(int asked, int given)
    {
        var schedule = Make(0);
        schedule.Record(ControllerKinds.Registration, new Outcome.Failed("busy", Consequence.K2hr3Away, At(asked)), At(0));
        Assert.InRange(schedule.DueAt(ControllerKinds.Configuration), At(given), At(given + 1));
    }

    [Fact]
    public void A_service_that_asks_for_no_time_gets_the_usual_one()
    {
        var schedule = Make(0.5);
        schedule.Record(ControllerKinds.Registration, new Outcome.Failed("busy", Consequence.K2hr3Away, TimeSpan.Zero), At(0));
        Assert.Equal(0.55, schedule.DueAt(ControllerKinds.Configuration).TotalSeconds, 3);
    }

    [Fact]
    public void A_trigger_is_followed_at_once()
    {
        var schedule = Make();
        Settle(schedule);
        schedule.Record(ControllerKinds.Connection, Triggering(ControllerKinds.Configuration, "+a"), At(10));
        Assert.True(schedule.IsDue(ControllerKinds.Configuration, At(10)));
        Assert.False(schedule.IsDue(ControllerKinds.Packages, At(10)));
    }

    [Fact]
    public void A_trigger_that_only_repeats_itself_waits_longer_each_time_up_to_the_poll()
    {
        var waits = Follow(_ => "+a", TimeSpan.FromMinutes(10));
        Assert.Equal([0, 1, 2, 4, 8, 16, 32], waits.Take(7).Select(w => (int)w.TotalSeconds));
        Assert.All(waits.Skip(7), wait => Assert.InRange(wait.TotalSeconds, 47, 61));
    }

    [Fact]
    public void A_changed_reason_is_followed_at_once()
    {
        var schedule = Make();
        Settle(schedule);
        for (var i = 0; i < 30; i++)
        {
            schedule.Record(ControllerKinds.Connection, Triggering(ControllerKinds.Configuration, "+a"), At(10 + i));
            if (schedule.IsDue(ControllerKinds.Configuration, At(10 + i)))
            {
                schedule.Record(ControllerKinds.Configuration, Fine, At(10 + i));
            }
        }

        Assert.False(schedule.IsDue(ControllerKinds.Configuration, At(40)));
        schedule.Record(ControllerKinds.Connection, Triggering(ControllerKinds.Configuration, "+a +b"), At(40));
        Assert.True(schedule.IsDue(ControllerKinds.Configuration, At(40)));
    }

    [Fact]
    public void A_reason_that_was_gone_for_a_poll_is_a_new_one_and_so_it_is_once_a_person_wanted_the_controller()
    {
        var schedule = Make();
        Settle(schedule);
        var now = 10;
        foreach (var forget in (Action[])[() => schedule.Record(ControllerKinds.Connection, Fine, At(now)), () => schedule.RunNow(ControllerKinds.Configuration, At(now))])
        {
            for (var i = 0; i < 5; i++)
            {
                Trigger();
                Run();
            }

            Trigger();
            Assert.False(schedule.IsDue(ControllerKinds.Configuration, At(now)));
            forget();
            Run();
            Trigger();
            Assert.True(schedule.IsDue(ControllerKinds.Configuration, At(now)));
        }

        void Trigger() => schedule.Record(ControllerKinds.Connection, Triggering(ControllerKinds.Configuration, "+a"), At(++now));

        void Run() => schedule.Record(ControllerKinds.Configuration, Fine, At(now));
    }

    [Fact]
    public void Of_reasons_that_are_always_new_twenty_are_followed_at_once_and_then_one_an_interval()
    {
        var schedule = Make(0.5);
        Settle(schedule);
        Assert.Equal(20, Enumerable.Range(0, 25).Count(_ => IsFollowedAtOnce(10)));
        Assert.Equal([false, true, false, false, true, false], new[] { 59.9, 60, 60, 119.9, 120, 120 }.Select(IsFollowedAtOnce));

        bool IsFollowedAtOnce(double now)
        {
            schedule.Record(ControllerKinds.Configuration, Fine, At(now));
            schedule.Record(ControllerKinds.Connection, Triggering(ControllerKinds.Configuration, $"+{Guid.NewGuid()}"), At(now));
            return schedule.IsDue(ControllerKinds.Configuration, At(now));
        }
    }

    [Fact]
    public void Refusals_are_no_timeouts()
    {
        var schedule = Make(Math.BitDecrement(1.0));
        for (var i = 0; i < 3; i++)
        {
            schedule.Record(ControllerKinds.Configuration, Away, TimeSpan.Zero);
        }

        schedule.Record(ControllerKinds.Configuration, new Outcome.Failed("too late", Consequence.K2hr3Away) { TimedOut = true }, TimeSpan.Zero);
        Assert.Equal(60, schedule.DueAt(ControllerKinds.Configuration).TotalSeconds, 3);
    }

    [Fact]
    public void A_reason_that_changes_for_ever_is_no_storm()
    {
        var waits = Follow(now => ((long)now.TotalSeconds % 2 == 0) ? "+a" : "-a", TimeSpan.FromHours(1));
        Assert.InRange(waits.Count, 60, (2 * 75) + 25);
    }

    [Fact]
    public void A_reason_that_comes_and_goes_for_ever_is_no_storm()
    {
        var waits = Follow(now => ((long)now.TotalSeconds % 3 == 0) ? "+a" : null, TimeSpan.FromHours(1));
        Assert.InRange(waits.Count, 50, (2 * 75) + 25);
    }

    [Fact]
    public void A_trigger_cannot_reach_a_K2HR3_that_is_away()
    {
        var schedule = Make(0.5);
        Settle(schedule);
        schedule.Record(ControllerKinds.Configuration, new Outcome.Failed("busy", Consequence.K2hr3Away, At(100)), At(10));
        schedule.Record(ControllerKinds.Connection, Triggering(ControllerKinds.Configuration, "+a"), At(11));
        Assert.InRange(schedule.DueAt(ControllerKinds.Configuration), At(110), At(111));
    }

    [Fact]
    public void A_person_is_served_at_once_whatever_was_waited_for()
    {
        var schedule = Make(0.5);
        Settle(schedule);
        schedule.Record(ControllerKinds.Configuration, new Outcome.Failed("busy", Consequence.K2hr3Away, At(1000)), At(10));
        schedule.RunNow(ControllerKinds.Configuration | ControllerKinds.Connection, At(10));
        Assert.True(schedule.IsDue(ControllerKinds.Configuration, At(10)));
        Assert.True(schedule.IsDue(ControllerKinds.Connection, At(10)));
        Assert.False(schedule.IsDue(ControllerKinds.Services, At(10)));
        schedule.Record(ControllerKinds.Configuration, new Outcome.Waiting("for a second answer", At(5)), At(11));
        schedule.RunNow(ControllerKinds.All, At(11));
        Assert.All(All, kind => Assert.True(schedule.IsDue(kind, At(11))));
    }

    [Fact]
    public void A_trigger_that_comes_while_its_controller_runs_has_it_run_once_more_right_after()
    {
        var schedule = Make();
        Settle(schedule);
        schedule.NoteStarted(ControllerKinds.Configuration);
        schedule.Record(ControllerKinds.Connection, Triggering(ControllerKinds.Configuration, "+a"), At(10));
        schedule.Record(ControllerKinds.Configuration, Fine, At(12));
        Assert.True(schedule.IsDue(ControllerKinds.Configuration, At(12)));

        schedule.NoteStarted(ControllerKinds.Configuration);
        schedule.Record(ControllerKinds.Configuration, Fine, At(13));
        Assert.Equal(At(73), schedule.DueAt(ControllerKinds.Configuration));
    }

    [Fact]
    public void A_trigger_that_stood_before_its_controller_ran_is_not_followed_once_more_for_the_same_reason()
    {
        var schedule = Make();
        Settle(schedule);
        schedule.Record(ControllerKinds.Connection, Triggering(ControllerKinds.Configuration, "+a"), At(10));
        schedule.NoteStarted(ControllerKinds.Configuration);
        schedule.Record(ControllerKinds.Configuration, Fine, At(12));
        Assert.Equal(At(72), schedule.DueAt(ControllerKinds.Configuration));
    }

    [Fact]
    public void A_trigger_that_stands_through_a_long_run_waits_from_its_end_on()
    {
        var schedule = Make();
        Settle(schedule);
        var now = 10;
        var waits = new List<double>();
        for (var run = 0; run < 5; run++)
        {
            schedule.NoteStarted(ControllerKinds.Configuration);
            for (var second = 0; second < 20; second++)
            {
                schedule.Record(ControllerKinds.Connection, Triggering(ControllerKinds.Configuration, "+a"), At(++now));
            }

            schedule.Record(ControllerKinds.Configuration, Fine, At(now));
            schedule.Record(ControllerKinds.Connection, Triggering(ControllerKinds.Configuration, "+a"), At(now));
            waits.Add(Math.Max(0, (schedule.DueAt(ControllerKinds.Configuration) - At(now)).TotalSeconds));
            now += (int)waits[^1];
        }

        // The first trigger came during the first run, which so is followed by one more.
        Assert.Equal([0, 2, 4, 8, 16], waits);
    }

    [Fact]
    public void A_person_who_comes_while_a_controller_runs_has_it_run_once_more_right_after()
    {
        var schedule = Make();
        Settle(schedule);
        schedule.NoteStarted(ControllerKinds.Packages);
        schedule.RunNow(ControllerKinds.All, At(11));
        schedule.Record(ControllerKinds.Packages, new Outcome.Failed("names", Consequence.NeedsPerson), At(12));
        Assert.True(schedule.IsDue(ControllerKinds.Packages, At(12)));
    }

    [Fact]
    public void A_trigger_that_came_during_a_run_does_not_reach_a_K2HR3_that_is_away_since()
    {
        var schedule = Make();
        Settle(schedule);
        schedule.NoteStarted(ControllerKinds.Configuration);
        schedule.Record(ControllerKinds.Connection, Triggering(ControllerKinds.Configuration, "+a"), At(10));
        schedule.Record(ControllerKinds.Configuration, new Outcome.Failed("busy", Consequence.K2hr3Away, At(100)), At(12));
        Assert.InRange(schedule.DueAt(ControllerKinds.Configuration), At(112), At(113));
    }

    [Fact]
    public void A_million_outcomes_of_any_kind_never_stall_the_loop_and_never_storm()
    {
        // Every outcome there is, at random, with whatever trigger of those that its controller has, and reason; a poll of the ring every second.
        var outcomes = Iterations.Of(1_000_000);
        var random = new Random(20261122);
        var schedule = new Schedule(FakeController.All(), Watch, Retry, random.NextDouble);
        var now = TimeSpan.Zero;
        var asked = 0;
        var atThisMoment = 0;
        for (var i = 0; i < outcomes;)
        {
            Assert.InRange(schedule.Next, TimeSpan.Zero, now + TimeSpan.FromSeconds(1.001));
            atThisMoment = schedule.Next > now ? 0 : atThisMoment + 1;
            Assert.True(atThisMoment < 20, "the loop turns without time passing");
            now = schedule.Next > now ? schedule.Next : now;
            foreach (var kind in All.Where(kind => schedule.IsDue(kind, now)))
            {
                asked += Asking.Contains(kind) ? 1 : 0;
                schedule.NoteStarted(kind);
                schedule.Record(kind, Any(kind, random), now);
                i++;
            }
        }

        // A controller that fails on this host is tried again within the cap's full jitter (30 s on average, 0.1 s at the least), and each of the three
        // that ask has a store of triggers that refills once an interval.
        var perMinute = asked / now.TotalMinutes;
        Assert.InRange(perMinute, 0.5, 3 * 8);
    }

    private static Outcome Any(ControllerKinds kind, Random random)
    {
        Outcome outcome = random.Next(8) switch
        {
            0 => new Outcome.Changed("changed"),
            1 => new Outcome.NothingToDo("nothing"),
            2 => new Outcome.Waiting("waiting"),
            3 => new Outcome.Failed("failed"),
            4 when kind != ControllerKinds.Connection => new Outcome.Failed("person", Consequence.NeedsPerson),
            5 when kind != ControllerKinds.Connection => new Outcome.Failed("away", Consequence.K2hr3Away, random.Next(4) == 0 ? TimeSpan.FromSeconds(random.Next(20)) : null),
            _ => Fine,
        };
        return random.Next(2) == 0 ? outcome with { Triggers = (ControllerKinds)random.Next(256) & TriggeredBy(kind), TriggerReason = random.Next(10).ToString(System.Globalization.CultureInfo.InvariantCulture) } : outcome;
    }

    /// <summary>What controllers trigger at the most.</summary>
    private static ControllerKinds TriggeredBy(ControllerKinds kind) => kind switch
    {
        ControllerKinds.Role => ControllerKinds.Packages | ControllerKinds.Services,
        ControllerKinds.Configuration => ControllerKinds.Registration | ControllerKinds.Role | ControllerKinds.Services | ControllerKinds.Connection,
        ControllerKinds.Packages => ControllerKinds.Role | ControllerKinds.Services,
        ControllerKinds.Services => ControllerKinds.Role,
        ControllerKinds.Connection => ControllerKinds.All & ~ControllerKinds.Connection,
        _ => ControllerKinds.None,
    };

    /// <summary>The waits before each request, when the ring is polled every second and gives this reason.</summary>
    private static List<TimeSpan> Follow(Func<TimeSpan, string?> reason, TimeSpan howLong)
    {
        var schedule = Make(0.5);
        Settle(schedule);
        var waits = new List<TimeSpan>();
        var last = At(1);
        for (var now = At(1); now < howLong; now += At(1))
        {
            schedule.Record(ControllerKinds.Connection, reason(now) is { } words ? Triggering(ControllerKinds.Configuration, words) : Fine, now);
            if (schedule.IsDue(ControllerKinds.Configuration, now))
            {
                schedule.Record(ControllerKinds.Configuration, Fine, now);
                waits.Add(now - last);
                last = now;
            }
        }

        return waits;
    }

    private static Outcome.Waiting Triggering(ControllerKinds triggers, string reason) => new Outcome.Waiting("for it") { Triggers = triggers, TriggerReason = reason };

    private static void Settle(Schedule schedule) => Array.ForEach(All, kind => schedule.Record(kind, Fine, TimeSpan.Zero));

    private static Schedule Make(double random = 0.5) => new(FakeController.All(), Watch, Retry, () => random);

    /// <summary>A host whose pace is 120 s, and which has run everything once.</summary>
    private static Schedule Loaded(double random, bool isConfigured)
    {
        var memory = new PaceMemory(null);
        memory.Note(At(120));
        var schedule = new Schedule(FakeController.All(), Watch, Retry, () => random, () => isConfigured, memory);
        Settle(schedule);
        return schedule;
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
