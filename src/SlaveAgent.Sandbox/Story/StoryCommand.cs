using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using SlaveAgent.Sandbox.Cluster;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.Sandbox.Story;

/// <summary>The program's own command: plays the story, or leaves the stage to the terminal.</summary>
internal static class StoryCommand
{
    private const int CannotPlay = 2;

    public static RootCommand Create()
    {
        var agent = new Option<string>("--agent") { Description = "The agent to play with; else the one built with this program", HelpName = "PATH", DefaultValueFactory = _ => AgentProgram.DefaultPath };
        var real = new Option<bool>("--real") { Description = "With the installed chmpx and k2hdkc in place of the stand-ins (root only)" };
        var keep = new Option<bool>("--keep") { Description = "Leave the directory for a look" };
        var serve = new Option<bool>("--serve") { Description = "Boot the slave, then take commands from the terminal" };
        var role = new Option<RoleMaker>("--role") { Description = "Who made the cluster's roles: trove, with empty lists, or cli, whose lists name packages and units" };
        var timeScale = new Option<double>("--time-scale") { Description = "How long a K2HR3 in trouble takes to answer, as a part of what was recorded", DefaultValueFactory = _ => 1 };
        var command = new RootCommand(
            "A whole K2HDKC DBaaS on one machine: K2HR3, a cluster of server nodes, a VM with chmpx, and the real agent on it. Plays a story and verifies each beat from outside the agent.")
        {
            agent, real, keep, serve, role, timeScale,
        };
        command.SetAction(async (parse, _) =>
        {
            var options = new StoryOptions(Path.GetFullPath(parse.GetRequiredValue(agent)), parse.GetValue(real), parse.GetValue(keep), parse.GetValue(serve))
            {
                Maker = parse.GetValue(role),
                TimeScale = parse.GetValue(timeScale),
            };
            if (WhyNot(options) is { } reason)
            {
                await Console.Error.WriteLineAsync(reason);
                return CannotPlay;
            }
            using var ending = new CancellationTokenSource();
            using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => End(context, ending));
            using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => End(context, ending));
            return await PlayAsync(options, ending.Token);
        });
        return command;
    }

    private static string? WhyNot(StoryOptions options) =>
        !File.Exists(options.Agent) ? $"There is no agent at {options.Agent}; build it, or name one with --agent PATH."
        : options.IsReal ? RealCluster.WhyNot()
        : null;

    private static async Task<int> PlayAsync(StoryOptions options, CancellationToken cancellationToken)
    {
        var teller = new Teller(Console.Out);
        var world = await DbaasWorld.CreateAsync(options, cancellationToken);
        var isGood = false;
        try
        {
            Introduce(teller, world, options);
            await using var secrets = new SecretSearch(world.Token);
            var story = new SlaveStory(world, teller, secrets, options);
            if (options.Serves)
            {
                await story.BeginAsync(cancellationToken);
                await new Stage(world, teller, story).ServeAsync(cancellationToken);
            }
            else
            {
                await story.PlayAsync(cancellationToken);
                Conclude(teller, world.Service.Counts, options.IsReal);
            }
            isGood = true;
        }
        catch (Exception failure) when (failure is StoryFailure or InvalidOperationException)
        {
            teller.Say("");
            teller.Say($"The story broke off: {failure.Message}");
        }
        catch (OperationCanceledException)
        {
            teller.Say("Broken off.");
        }
        await File.WriteAllTextAsync(Path.Combine(world.Layout.Directory, "agent.log"), world.Agent.Output, CancellationToken.None);
        await world.DisposeAsync();
        if (options.Keeps || (!isGood && !cancellationToken.IsCancellationRequested))
        {
            teller.Say($"For a look: {world.Layout.Directory} (the VM is root/, what the agent said is agent.log)");
        }
        else
        {
            Directory.Delete(world.Layout.Directory, recursive: true);
        }
        return isGood ? 0 : 1;
    }

    private static void Introduce(Teller teller, DbaasWorld world, StoryOptions options) => teller.Say(
        $"""
        K2HDKC DBaaS on one machine

                        K2HR3 {world.Service.Uri}
                        knows the cluster's hosts and gives each its configuration
                           ^                                    ^
                           | registers, asks                    | register
          +- a VM: the slave node ---+            +- the cluster ----------------+
          |  k2hdkc-slave-agent      |            |                              |
          |    | writes k2hdkc.ini   |            |  server nodes{(options.IsReal ? ", real ones   " : ", stand-ins   ")}  |
          |    v                     |  connects  |  (chmpx and k2hdkc on each)  |
          |  chmpx ==================|============|=> they come and go           |
          +--------------------------+            +------------------------------+

          agent   {options.Agent}
          chmpx   {(options.IsReal ? "the installed one" : "a stand-in with the real one's rules, also those that kill it")}
          VM      {world.Layout.Root}

        Each line below is a change, the time until everybody outside the agent (K2HR3, the file on disk, chmpx's
        control port, the servers' own lists of connections) agreed that it was followed, and what was verified.

        """);

    private static void Conclude(Teller teller, RequestCounts counts, bool isReal)
    {
        teller.Say("");
        teller.Say(string.Create(CultureInfo.InvariantCulture,
            $"All {teller.Told} beats verified in {teller.Elapsed.TotalSeconds:0} s. {(isReal ? "The agent and the servers" : "The agent")} asked K2HR3 {counts.Total} times, {counts.NotModified} of them answered 304 without a body."));
    }

    private static void End(PosixSignalContext context, CancellationTokenSource ending)
    {
        context.Cancel = true;
        ending.Cancel();
    }
}
