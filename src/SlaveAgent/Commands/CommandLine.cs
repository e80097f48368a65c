using System.CommandLine;
using SlaveAgent.Composition;
using SlaveAgent.Files;
using SlaveAgent.Settings;

namespace SlaveAgent.Commands;

/// <summary>The agent's command line: its commands, and the exit codes for wrong usage and settings.</summary>
public static class CommandLine
{
    private const string About =
        """
        Boots and manages a K2HDKC slave node: registers this host with K2HR3, installs the packages of its role, writes the k2hdkc
        configuration, starts the services, and keeps chmpx connected while the cluster's servers change.

        A host is launched with K2HR3's User Data Script, which runs bootstrap once and starts the daemon. From then on:

          k2hdkc-slave-agent status             show the agent's state, and each server with its connection
          k2hdkc-slave-agent history            show what each generation changed, when and why
          k2hdkc-slave-agent doctor             check everything that this slave depends on
          k2hdkc-slave-agent wait               wait until this host is connected
          k2hdkc-slave-agent regenerate         query K2HR3 now and rewrite the configuration if it changed
          systemctl reload k2hdkc-slave-agent   reload the settings and poll immediately

        Settings are in /etc/k2hdkc-slave-agent/agent.yaml. Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 75 try again later; of status 3 not
        connected, 4 degraded.
        """;

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Contains(StatusCommand.Watch))
        {
            TerminalScreen.GoOnInBackground();
        }

        Memory.KeepOutOfCoreFiles();
        Console.SetOut(new PrintableWriter(Console.Out));
        Console.SetError(new PrintableWriter(Console.Error));
        var options = new CommonOptions();
        var root = new RootCommand(About);
        root.Options.Add(options.Root);
        root.Subcommands.Add(RunCommand.Create(options));
        root.Subcommands.Add(BootstrapCommand.Create(options));
        root.Subcommands.Add(WaitCommand.Create(options));
        root.Subcommands.Add(RegenerateCommand.Create(options));
        root.Subcommands.Add(StatusCommand.Create(options));
        root.Subcommands.Add(HistoryCommand.Create(options));
        root.Subcommands.Add(PauseCommand.Create(options));
        root.Subcommands.Add(ResumeCommand.Create(options));
        root.Subcommands.Add(RollbackCommand.Create(options));
        root.Subcommands.Add(DoctorCommand.Create(options));
        root.Subcommands.Add(CollectCommand.Create(options));
        root.Subcommands.Add(UnregisterCommand.Create(options));
        root.Subcommands.Add(AdoptCommand.Create(options));
        root.Subcommands.Add(CheckMachineCommand.Create(options));
        root.Subcommands.Add(PrepareChmpxCommand.Create(options));
        root.Subcommands.Add(CheckConfigurationCommand.Create(options));
        root.Subcommands.Add(RunHooksCommand.Create(options));
        root.Subcommands.Add(VersionCommand.Create());
        root.Subcommands.Add(CompleteCommand.Create(root));

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 && !AsksForHelp(args))
        {
            await Console.Error.WriteLineAsync($"{UsageProblem.Of(parsed)} See k2hdkc-slave-agent --help.");
            return ExitCode.Usage;
        }

        try
        {
            // Each command handles signals itself: the parser's timeout must not interrupt a package transaction.
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (SettingsException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return ExitCode.Usage;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Stopped by a signal; the next start continues the work.");
            return ExitCode.TryAgainLater;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(Posix.EffectiveUser() == 0 ? e.Message : $"{e.Message.TrimEnd('.')}; run this command as root.");
            return ExitCode.Failed;
        }
    }

    private static bool AsksForHelp(string[] args) => args.Any(arg => arg is "--help" or "-h" or "-?");
}
