using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using SlaveAgent.Sandbox.Cluster;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Sandbox.Serving;
using SlaveAgent.Sandbox.Viewing;

namespace SlaveAgent.Sandbox;

/// <summary>The root command: runs the scenario, or takes commands from the terminal and the page.</summary>
internal static class ScenarioCommand
{
    private const int CannotRun = 2;

    public static RootCommand Create()
    {
        var agent = new Option<string>("--agent") { Description = "The agent to run (default: the one built with this program)", HelpName = "PATH", DefaultValueFactory = _ => AgentProgram.DefaultPath };
        var real = new Option<bool>("--real") { Description = "Use the installed chmpx and k2hdkc instead of the stand-ins (root only)" };
        var keep = new Option<bool>("--keep") { Description = "Keep the directory for inspection" };
        var serve = new Option<bool>("--serve") { Description = "Boot the slave, then take commands, from the terminal and from a page in a browser" };
        var role = new Option<RoleMaker>("--role") { Description = "Who made the cluster's roles: trove, with empty lists, or cli, whose lists name packages and units" };
        var timeScale = new Option<double>("--time-scale") { Description = "Factor for the recorded answer times of a failing K2HR3", DefaultValueFactory = _ => 1 };
        timeScale.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and <= 100))
            {
                result.AddError("--time-scale has to be between 0 and 100.");
            }
        });
        var command = new RootCommand(
            "A whole K2HDKC DBaaS on one machine: K2HR3, a cluster of server nodes, a VM with chmpx, and the real agent on it. Runs a scenario and verifies each step from outside the agent.")
        {
            agent, real, keep, serve, role, timeScale,
        };
        command.SetAction(async (parse, _) =>
        {
            var options = new ScenarioOptions(Path.GetFullPath(parse.GetRequiredValue(agent)), parse.GetValue(real), parse.GetValue(keep), parse.GetValue(serve))
            {
                Maker = parse.GetValue(role),
                TimeScale = parse.GetValue(timeScale),
            };
            if (UnavailableReason(options) is { } reason)
            {
                await Console.Error.WriteLineAsync(reason);
                return CannotRun;
            }
            using var ending = new CancellationTokenSource();
            var signals = ((PosixSignal[])[PosixSignal.SIGHUP, PosixSignal.SIGINT, PosixSignal.SIGTERM])
                .Select(signal => PosixSignalRegistration.Create(signal, context => End(context, ending))).ToList();
            try
            {
                var directory = SandboxPlace.Create();
                await using var guard = Guard.Start(directory, options.Keeps);
                var code = await RunAsync(options, directory, ending.Token);
                guard.Dismiss();
                return code;
            }
            catch (ScenarioFailure failure)
            {
                await Console.Error.WriteLineAsync(failure.Message);
                return CannotRun;
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                await Console.Error.WriteLineAsync($"The sandbox could not delete its directory: {failure.Message}");
                return 1;
            }
            finally
            {
                signals.ForEach(signal => signal.Dispose());
            }
        });
        return command;
    }

    private static string? UnavailableReason(ScenarioOptions options) =>
        !File.Exists(options.Agent) ? $"There is no agent at {options.Agent}. Build it, or specify one with --agent PATH."
        : options.IsReal ? RealCluster.UnavailableReason()
        : null;

    private static async Task<int> RunAsync(ScenarioOptions options, string directory, CancellationToken cancellationToken)
    {
        // Not Console.Out: that changes the terminal's settings, and a sandbox that is killed would leave them so.
        await using var output = new StreamWriter(Console.OpenStandardOutput());
        var screen = new Screen(output, !Console.IsOutputRedirected);
        var feed = new Feed(TimeProvider.System);
        var reporter = new Reporter(screen, feed);
        var isGood = false;
        try
        {
            await using var world = await DbaasWorld.CreateAsync(options, cancellationToken, directory);
            try
            {
                Introduce(reporter, world, options);
                await RunAsync(world, screen, feed, reporter, options, cancellationToken);
                isGood = true;
            }
            finally
            {
                await File.WriteAllTextAsync(Path.Combine(directory, "agent.log"), world.Agent.Output, CancellationToken.None);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            reporter.WriteLine("Interrupted.");
        }
        catch (Exception failure)
        {
            reporter.WriteLine("");
            reporter.WriteLine($"The sandbox failed. {failure.Message}");
        }
        if (options.Keeps || (!isGood && !cancellationToken.IsCancellationRequested))
        {
            reporter.WriteLine($"Kept for inspection (the VM is root/, the agent's output is agent.log):\n  {directory}");
        }
        else
        {
            await SandboxPlace.DeleteAsync(directory, CancellationToken.None);
        }
        return isGood ? 0 : 1;
    }

    private static async Task RunAsync(DbaasWorld world, Screen screen, Feed feed, Reporter reporter, ScenarioOptions options, CancellationToken cancellationToken)
    {
        await using var secrets = new SecretSearch(world.Token);
        var scenario = new SlaveScenario(world, reporter, secrets, options);
        if (!options.Serves)
        {
            await scenario.RunAsync(cancellationToken);
            Conclude(reporter, world.Service.Counts, options.IsReal, scenario.LeftOut);
            return;
        }
        await using var observer = new WorldObserver(world, feed);
        await using var session = new Session(world, reporter, scenario, feed, cancellationToken);
        await using var page = await PageServer.StartAsync(feed, session.Start, cancellationToken);
        reporter.WriteLine($"See it and change it in a browser on this machine:\n\n  {page.Address}\n");
        await session.BeginAsync(cancellationToken);
        await new SessionTerminal(screen, session).ServeAsync(cancellationToken);
    }

    private static void Introduce(Reporter reporter, DbaasWorld world, ScenarioOptions options) => reporter.WriteLine(
        $"""
        K2HDKC DBaaS on one machine

                        K2HR3 {world.Service.Uri}
                        lists the cluster's hosts and holds the configuration
                           ^                                    ^
                           | registers, reads                   | register
          +- a VM: the slave node ---+            +- the cluster ----------------+
          |  k2hdkc-slave-agent      |            |                              |
          |    | writes k2hdkc.ini   |            |  server nodes{(options.IsReal ? ", real ones   " : ", stand-ins   ")}  |
          |    v                     |  connects  |  (chmpx and k2hdkc on each)  |
          |  chmpx ==================|============|=> they come and go           |
          +--------------------------+            +------------------------------+

          agent   {options.Agent}
          chmpx   {(options.IsReal ? "the installed one" : "a stand-in with the rules of the real one, fatal ones included")}
          VM      {world.Layout.Root}

        Each step below shows a change, the time until every observer outside the
        agent (K2HR3, the file on disk, chmpx's control port, the servers' own lists of
        connections) confirmed the result, and what was verified.

        """);

    private static void Conclude(Reporter reporter, RequestCounts counts, bool isReal, int leftOut)
    {
        reporter.WriteLine("");
        if (leftOut > 0)
        {
            reporter.WriteLine($"Left out because of faults of the real ring: {leftOut} steps.");
        }
        reporter.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"All {reporter.Verified} steps verified in {reporter.Elapsed.TotalSeconds:0} s. {(isReal ? "The agent and the servers" : "The agent")} sent K2HR3 {counts.Total} requests; {counts.NotModified} were answered 304 without a body."));
    }

    private static void End(PosixSignalContext context, CancellationTokenSource ending)
    {
        context.Cancel = true;
        ending.Cancel();
    }
}
