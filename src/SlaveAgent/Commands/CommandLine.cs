using System.CommandLine;
using SlaveAgent.Settings;

namespace SlaveAgent.Commands;

/// <summary>The agent's command line: which verbs there are, and how wrong usage and settings end.</summary>
public static class CommandLine
{
    private const string About =
        """
        Boots and looks after a K2HDKC slave node: registers this host with K2HR3, installs what its role lists, writes the k2hdkc
        configuration, starts the services, and keeps chmpx connected while server nodes come and go.

        A host is launched with K2HR3's User Data Script, which runs bootstrap once and starts the daemon. From then on:

          k2hdkc-slave-agent status             what the agent knows, and each server with its connection
          k2hdkc-slave-agent wait               wait until this host is connected
          k2hdkc-slave-agent regenerate         ask K2HR3 now and write the configuration anew, if it changed
          systemctl reload k2hdkc-slave-agent   re-read the settings and look at once

        Settings are in /etc/k2hdkc-slave-agent/agent.yaml. Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 75 try again later.
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        Memory.KeepOutOfCoreFiles();
        var options = new CommonOptions();
        var root = new RootCommand(About);
        root.Options.Add(options.Root);
        root.Subcommands.Add(RunCommand.Create(options));
        root.Subcommands.Add(BootstrapCommand.Create(options));
        root.Subcommands.Add(WaitCommand.Create(options));
        root.Subcommands.Add(RegenerateCommand.Create(options));
        root.Subcommands.Add(StatusCommand.Create(options));
        root.Subcommands.Add(UnregisterCommand.Create(options));
        root.Subcommands.Add(AdoptCommand.Create(options));
        root.Subcommands.Add(CheckMachineCommand.Create(options));
        root.Subcommands.Add(PrepareChmpxCommand.Create(options));
        root.Subcommands.Add(VersionCommand.Create());

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 && !AsksForHelp(args))
        {
            await Console.Error.WriteLineAsync($"{parsed.Errors[0].Message} See k2hdkc-slave-agent --help.");
            return ExitCode.Usage;
        }

        try
        {
            // Each command ends itself on a signal: a package transaction must not be cut off by a time-out of the parser's.
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (SettingsException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped by a signal; what was begun goes on at the next start.");
            return ExitCode.TryAgainLater;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"{e.Message} (is this root?)");
            return ExitCode.Failed;
        }
    }

    private static bool AsksForHelp(string[] args) => args.Any(arg => arg is "--help" or "-h" or "-?");
}
