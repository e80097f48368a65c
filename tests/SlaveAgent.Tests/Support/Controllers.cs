using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Tests.Support;

/// <summary>Runs a single controller as the loop does.</summary>
internal static class Controllers
{
    private const int MostRuns = 300;

    /// <summary>Runs it, each time when it says, until nothing is left to do.</summary>
    /// <param name="systemd">Whose last calls are named where that never comes.</param>
    public static async Task<Outcome> SettleAsync(IController controller, FakeTimeProvider time, FakeSystemd systemd)
    {
        for (var run = 0; run < MostRuns; run++)
        {
            var outcome = await controller.RunAsync(TestContext.Current.CancellationToken);
            if (outcome.IsSettled)
            {
                return outcome;
            }

            time.Advance(outcome is Outcome.Waiting { Again: { } again } ? again : TimeSpan.FromSeconds(1));
        }

        throw new InvalidOperationException($"never settled: {string.Join(", ", systemd.Calls.TakeLast(10))}");
    }
}
