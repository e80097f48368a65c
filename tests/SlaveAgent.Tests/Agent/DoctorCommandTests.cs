using SlaveAgent.Diagnosing;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.Tests.Agent;

/// <summary><c>doctor</c> on a slave that the agent itself set up, with the sandbox's K2HR3, servers and host tools.</summary>
public sealed class DoctorCommandTests
{
    [Fact]
    public async Task On_a_slave_that_is_connected_nothing_fails_and_an_outage_of_K2HR3_and_an_agent_that_is_gone_are_named()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2);
        await world.WatchAsync();
        var (code, report) = await DiagnoseAsync(world);
        Assert.True(code == 0, DiagnosisText.Json(report));
        Assert.Contains(report.Checks, check => check is { Name: CheckNames.Packages, Verdict: CheckVerdict.Ok });
        Assert.Contains(report.Checks, check => check is { Name: CheckNames.Unit, Subject: "chmpx.service", Verdict: CheckVerdict.Ok });
        Assert.Contains(report.Checks, check => check is { Name: CheckNames.Registered, Verdict: CheckVerdict.Ok });
        Assert.Contains(report.Checks, check => check is { Name: CheckNames.ServerState, Verdict: CheckVerdict.Ok });

        await world.Agent.StopAsync();
        await world.K2hr3.SetOutageAsync(new Outage(OutageMode.Stopped), TestContext.Current.CancellationToken);
        (code, report) = await DiagnoseAsync(world);
        Assert.Equal(1, code);
        Assert.Superset(new HashSet<string> { CheckNames.Agent, CheckNames.K2hr3Address, CheckNames.K2hr3Answer }, report.Checks.Where(check => check.Verdict == CheckVerdict.Failed).Select(check => check.Name).ToHashSet());
    }

    private static async Task<(int Code, DiagnosisReport Report)> DiagnoseAsync(AgentWorld world)
    {
        var (code, output) = await world.RunAsync("doctor", "--json");
        return (code, DiagnosisText.TryRead(output) ?? throw new InvalidDataException(output));
    }
}
