using System.Globalization;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.Sandbox.Scenario;

/// <summary><c>--serve</c>: the world keeps running and takes commands from the terminal.</summary>
internal sealed class InteractiveSession(DbaasWorld world, Reporter reporter, SlaveScenario scenario)
{
    private const string Help =
        """
          grow [N]                 add N server nodes (default 1)
          shrink [N]               remove N server nodes (default 1)
          outage SECONDS [MODE]    K2HR3 fails as: stopped, store-paused, store-cut-off, store-gone, mid-request, slow, status:503
          lose                     a server node fails
          replace                  failed nodes are replaced
          restore                  restore from backup: all server nodes new
          regenerate               the agent rewrites its configuration
          status                   what the agent and chmpx report
          quit                     stop everything
        """;

    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        reporter.WriteLine("");
        reporter.WriteLine("Running. Commands:");
        reporter.WriteLine(Help);
        while (await ReadLineAsync(cancellationToken) is { } line)
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["quit" or "exit" or "q"])
            {
                return;
            }
            try
            {
                await DoAsync(words, cancellationToken);
            }
            catch (Exception e) when (e is ScenarioFailure or FormatException)
            {
                reporter.WriteLine($"  {e.Message}");
            }
        }
    }

    private async Task DoAsync(string[] words, CancellationToken cancellationToken)
    {
        var size = world.Cluster.Servers.Count;
        switch (words)
        {
            case []:
                return;
            case ["grow", .. var count]:
                await reporter.StepAsync($"grows to {size + Number(count)}", step => scenario.GrowAsync(step, size + Number(count), cancellationToken));
                return;
            case ["shrink", .. var count] when Number(count) < size:
                await reporter.StepAsync($"shrinks to {size - Number(count)}", step => scenario.ShrinkAsync(step, size - Number(count), cancellationToken));
                return;
            case ["outage", var seconds, .. var mode]:
                var outage = Outage.Parse(mode is [var named] ? named : "stopped");
                await world.Service.SetOutageAsync(outage, cancellationToken);
                reporter.WriteLine($"  K2HR3: {outage.Mode} for {seconds} s");
                _ = EndOutageAsync(TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)), outage, cancellationToken);
                return;
            case ["lose"] when size > 1:
                await reporter.StepAsync("a server node is lost", step => scenario.LoseAsync(step, cancellationToken));
                return;
            case ["replace"]:
                await reporter.StepAsync("lost nodes are replaced", step => scenario.ReplaceAsync(step, cancellationToken));
                return;
            case ["restore"]:
                await reporter.StepAsync("restore from backup", step => scenario.RestoreAsync(step, cancellationToken));
                return;
            case ["regenerate"]:
                await reporter.StepAsync("regenerate --force", step => scenario.RegenerateAsync(step, cancellationToken));
                return;
            case ["status"]:
                await StatusAsync(cancellationToken);
                return;
            default:
                reporter.WriteLine(Help);
                return;
        }
    }

    private async Task StatusAsync(CancellationToken cancellationToken)
    {
        reporter.WriteLine((await world.Agent.RunAsync(["status"], null, cancellationToken)).Output.TrimEnd());
        var view = await world.ViewAsync(cancellationToken);
        reporter.WriteLine(view is null
            ? "  chmpx does not answer"
            : $"  chmpx: generation {view.Revision}, connected {view.Connected}/{view.Servers.Count}; K2HR3: {world.Service.Outage.Mode}, {world.Service.Counts.Total} requests so far");
    }

    private async Task EndOutageAsync(TimeSpan after, Outage outage, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(after, cancellationToken);
            if (world.Service.Outage == outage)
            {
                await world.Service.SetOutageAsync(Outage.None, cancellationToken);
                reporter.WriteLine("  K2HR3 is back");
            }
        }
        catch (OperationCanceledException)
        {
            // The sandbox ends.
        }
    }

    private static async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        // A read from a terminal cannot be cancelled; it is left behind when the program ends.
        var reading = Task.Run(Console.In.ReadLine, CancellationToken.None);
        return await reading.WaitAsync(cancellationToken);
    }

    private static int Number(string[] words) =>
        words is [var word] ? int.Parse(word, NumberStyles.None, CultureInfo.InvariantCulture) : 1;
}
