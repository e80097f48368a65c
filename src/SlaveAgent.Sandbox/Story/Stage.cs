using System.Globalization;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.Sandbox.Story;

/// <summary><c>--serve</c>: the world stays, and the terminal says what happens to it.</summary>
internal sealed class Stage(DbaasWorld world, Teller teller, SlaveStory story)
{
    private const string Help =
        """
          grow [N]                 N more server nodes (1)
          shrink [N]               N server nodes fewer (1)
          outage SECONDS [MODE]    K2HR3 in trouble: stopped, store-paused, store-cut-off, store-gone, mid-request, slow, status:503
          lose                     a server node dies
          replace                  lost nodes are replaced
          restore                  restore from backup: all server nodes new
          regenerate               the agent writes its configuration anew
          status                   what the agent says, and what chmpx shows
          quit
        """;

    public async Task ServeAsync(CancellationToken cancellationToken)
    {
        teller.Say("");
        teller.Say("It stays like this. Say what shall happen:");
        teller.Say(Help);
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
            catch (Exception e) when (e is StoryFailure or FormatException)
            {
                teller.Say($"  {e.Message}");
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
                await teller.BeatAsync($"grows to {size + Number(count)}", beat => story.GrowAsync(beat, size + Number(count), cancellationToken));
                return;
            case ["shrink", .. var count] when Number(count) < size:
                await teller.BeatAsync($"shrinks to {size - Number(count)}", beat => story.ShrinkAsync(beat, size - Number(count), cancellationToken));
                return;
            case ["outage", var seconds, .. var mode]:
                var outage = Outage.Parse(mode is [var named] ? named : "stopped");
                await world.Service.SetOutageAsync(outage, cancellationToken);
                teller.Say($"  K2HR3: {outage.Mode} for {seconds} s");
                _ = EndOutageAsync(TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)), outage, cancellationToken);
                return;
            case ["lose"] when size > 1:
                await teller.BeatAsync("a server node is lost", beat => story.LoseAsync(beat, cancellationToken));
                return;
            case ["replace"]:
                await teller.BeatAsync("lost nodes are replaced", beat => story.ReplaceAsync(beat, cancellationToken));
                return;
            case ["restore"]:
                await teller.BeatAsync("restore from backup", beat => story.RestoreAsync(beat, cancellationToken));
                return;
            case ["regenerate"]:
                await teller.BeatAsync("regenerate --force", beat => story.RegenerateAsync(beat, cancellationToken));
                return;
            case ["status"]:
                await StatusAsync(cancellationToken);
                return;
            default:
                teller.Say(Help);
                return;
        }
    }

    private async Task StatusAsync(CancellationToken cancellationToken)
    {
        teller.Say((await world.Agent.RunAsync(["status"], null, cancellationToken)).Output.TrimEnd());
        var view = await world.ViewAsync(cancellationToken);
        teller.Say(view is null
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
                teller.Say("  K2HR3 is back");
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
