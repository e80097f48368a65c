namespace SlaveAgent.Tests.Simulation;

/// <summary>What must not become more without anybody's noticing, counted in time that is not real; requests to K2HR3 are counted by RequestBudgetTests.</summary>
public sealed class QuietWorldTests
{
    [Fact]
    public void While_nothing_happens_chmpx_is_looked_at_once_a_second_and_systemd_asked_for_nothing()
    {
        using var world = new SimulatedWorld(seed: 1);
        var agent = new SimulatedAgent(world);
        agent.Start();
        world.Time.Pass(TimeSpan.FromMinutes(90));
        Assert.Equal(world.Listed, world.Ring.Connected.Order());

        var (looks, requests) = (world.Ring.Polls, world.Systemd.Requests.Count);
        world.Time.Pass(TimeSpan.FromMinutes(20));
        agent.Kill();
        Assert.InRange(world.Ring.Polls - looks, 1_150, 1_210);
        Assert.Equal(requests, world.Systemd.Requests.Count);
    }
}
