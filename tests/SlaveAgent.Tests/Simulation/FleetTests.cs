using SlaveAgent.Benchmarks.Fleet;

namespace SlaveAgent.Tests.Simulation;

/// <summary>Whole fleets by the agent's own schedule, in time that is not real: a K2HR3 that answers 89 requests a second, and clients that wait for 40 s.</summary>
public sealed class FleetTests
{
    [Theory]
    [InlineData(1_000, 20)]
    [InlineData(5_000, 20)]
    [InlineData(10_000, 3)]
    [InlineData(10_000, 5)]
    [InlineData(10_000, 10)]
    [InlineData(10_000, 15)]
    [InlineData(10_000, 20)]
    [InlineData(10_000, 35)]
    [InlineData(10_000, 40)]
    [InlineData(10_000, 70)]
    public void After_an_outage_of_two_minutes_all_hosts_are_answered_within_200_s_and_none_too_late(int slaves, int minutes)
    {
        var fleet = new ScheduledFleet(slaves).Settled(minutes);
        fleet.K2hr3.Leave();
        fleet.Pass(TimeSpan.FromMinutes(2));
        fleet.K2hr3.Return();

        var count = fleet.Count(TimeSpan.FromMinutes(10));

        Assert.Equal((slaves, 0), (count.Heard, count.Late));
        Assert.InRange(count.AllHeard, TimeSpan.Zero, TimeSpan.FromSeconds(200));
    }

    [Theory]
    [InlineData(5_000)]
    [InlineData(10_000)]
    public void After_a_power_cut_of_everything_no_host_is_answered_too_late(int slaves)
    {
        var fleet = new ScheduledFleet(slaves).Settled();
        fleet.End();
        fleet.K2hr3.Leave();
        fleet.Start(TimeSpan.FromSeconds(30), isConfigured: true);
        fleet.Pass(TimeSpan.FromMinutes(2));
        fleet.K2hr3.Return();

        var count = fleet.Count(TimeSpan.FromMinutes(15));

        Assert.Equal((slaves, 0), (count.Heard, count.Late));
    }

    [Fact]
    public void Of_hosts_that_all_start_or_are_all_told_to_ask_at_once_none_is_answered_too_late_where_K2HR3_is_known_to_be_loaded()
    {
        var fleet = new ScheduledFleet(10_000).Settled();
        fleet.Start(TimeSpan.FromSeconds(30), isConfigured: true);
        var started = fleet.Count(TimeSpan.FromMinutes(15));
        fleet.HangUp();
        var told = fleet.Count(TimeSpan.FromMinutes(15));
        Assert.Equal((10_000, 0, 10_000, 0), (started.Heard, started.Late, told.Heard, told.Late));
    }

    [Fact]
    public void A_K2HR3_that_comes_back_half_as_fast_is_not_kept_busy_with_answers_that_nobody_waits_for()
    {
        var fleet = new ScheduledFleet(10_000).Settled();
        fleet.K2hr3.Leave();
        fleet.Pass(TimeSpan.FromMinutes(2));
        fleet.K2hr3.Return();
        fleet.K2hr3.AtATime = 2;
        fleet.Pass(TimeSpan.FromMinutes(20));

        var count = fleet.Count(TimeSpan.FromMinutes(10));
        Assert.InRange(count.Late, 0, 500);
        Assert.InRange(count.Heard, 5_000, 10_000);
    }

    [Fact]
    public void A_thousand_new_hosts_at_once_all_get_their_configuration()
    {
        var fleet = new ScheduledFleet(1_000);
        fleet.Start(TimeSpan.FromSeconds(5), isConfigured: false);
        var count = fleet.Count(TimeSpan.FromMinutes(3));
        Assert.Equal((1_000, 0), (count.Configured, count.Late));
    }

    [Fact]
    public void A_new_host_is_not_held_up_by_a_fleet_that_comes_back()
    {
        var fleet = new ScheduledFleet(10_000).Settled();
        fleet.K2hr3.Leave();
        fleet.Pass(TimeSpan.FromMinutes(2));
        var added = fleet.Add(50);
        fleet.Pass(TimeSpan.FromSeconds(30));
        fleet.K2hr3.Return();
        fleet.Pass(TimeSpan.FromSeconds(200));
        Assert.All(added, host => Assert.NotNull(host.ConfiguredAt));
    }
}
