using System.CommandLine;
using SlaveAgent.Adoption;
using SlaveAgent.Composition;
using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Settings;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>Takes over a host that is managed by the shell tooling, and gives it back; the configuration is there for chmpx all the while.</summary>
internal static class AdoptCommand
{
    public static Command Create(CommonOptions options)
    {
        var giveBack = new Option<bool>("--give-back") { Description = "End the agent and let the shell tooling manage this host again" };
        var command = new Command("adopt", "Take over a host that runs the shell tooling (k2hr3-get-resource), or give it back");
        options.AddIdentityTo(command);
        command.Options.Add(giveBack);
        command.SetAction(async (parsed, _) =>
        {
            var setup = options.SetupOf(parsed);
            using var signals = new Signals();
            await using var log = Logging.Create(LogLevel.Warning);

            // A host whose identity is not complete is refused here, before anything of it is touched.
            using var parts = await AgentParts.CreateAsync(setup, setup.Settings, TimeProvider.System, log, signals.Token);
            if (parts.Systemd.WhyAbsent is { } why)
            {
                await Console.Error.WriteLineAsync($"There are no units to take over or to give back, because {why}.");
                return ExitCode.Usage;
            }

            var tooling = new ShellTooling(setup.Root, parts.Systemd, setup.Settings.Services.Superseded, parts.Time);
            return parsed.GetValue(giveBack)
                ? await GiveBackAsync(parts, tooling, signals.Token)
                : await AdoptAsync(parts, tooling, signals.Token);
        });
        return command;
    }

    private static async Task<int> AdoptAsync(AgentParts parts, ShellTooling tooling, CancellationToken cancel)
    {
        if (!tooling.IsInstalled)
        {
            await Console.Error.WriteLineAsync("The shell tooling is not on this host, so there is nothing to take over; run bootstrap instead.");
            return ExitCode.Failed;
        }

        var isAdopted = AdoptedTooling.Load(parts.Root.Agent.AdoptedTooling) is not null;
        await RememberAsync(parts, tooling, cancel);
        try
        {
            if (await tooling.StopAsync(Console.WriteLine, cancel) is not { } problem)
            {
                RestoreConfiguration(parts);
                await parts.HandIdentityToDaemonAsync(cancel);
                return await StartAgentAsync(parts, cancel) is ExitCode.Done ? ExitCode.Done : await PutBackAsync(parts, tooling, isAdopted);
            }

            await Console.Error.WriteLineAsync(Progress.Sentence(problem));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            await PutBackAsync(parts, tooling, isAdopted);
            throw;
        }

        return await PutBackAsync(parts, tooling, isAdopted);
    }

    /// <summary>Nobody would manage this host if the tooling stayed stopped and no agent runs; a signal does not interrupt this.</summary>
    /// <param name="isAdopted">The host had been taken over before: then that stays, whatever became of doing it again.</param>
    private static async Task<int> PutBackAsync(AgentParts parts, ShellTooling tooling, bool isAdopted)
    {
        if (isAdopted)
        {
            await Console.Error.WriteLineAsync("This host had been taken over before, and that stays so. Run adopt again.");
            return ExitCode.TryAgainLater;
        }

        var before = AdoptedTooling.Load(parts.Root.Agent.AdoptedTooling)!;
        try
        {
            RestoreConfiguration(parts);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"The configuration could not be restored: {Progress.Sentence(e.Message)}");
        }

        var problem = await EndAgentAsync(parts, CancellationToken.None);
        if (problem is null && parts.DropIn.Exists)
        {
            await HandBackChmpxAsync(parts, CancellationToken.None);
        }

        problem ??= await tooling.StartAsync(before.Enabled, before.Active, Console.WriteLine, CancellationToken.None);
        if (problem is not null)
        {
            await Console.Error.WriteLineAsync($"{Progress.Sentence(problem)} The shell tooling could not be put back; the configuration is untouched. Run adopt again, or adopt --give-back.");
            return ExitCode.TryAgainLater;
        }

        RegularFile.Delete(parts.Root.Agent.AdoptedTooling);
        RegularFile.Delete(parts.Root.Agent.AdoptedConfiguration);
        await Console.Error.WriteLineAsync("This host was not taken over: the shell tooling manages it as before, and the configuration is untouched. Run adopt again.");
        return ExitCode.TryAgainLater;
    }

    private static async Task<int> GiveBackAsync(AgentParts parts, ShellTooling tooling, CancellationToken cancel)
    {
        if (AdoptedTooling.Load(parts.Root.Agent.AdoptedTooling) is not { } before)
        {
            await Console.Error.WriteLineAsync("This host was not taken over from the shell tooling, so there is nothing to give back.");
            return ExitCode.Failed;
        }

        if (await EndAgentAsync(parts, cancel) is { } runs)
        {
            await Console.Error.WriteLineAsync(runs);
            return ExitCode.TryAgainLater;
        }

        WriteAsToolingDoes(parts);
        await HandBackChmpxAsync(parts, cancel);
        if (await tooling.StartAsync(before.Enabled, before.Active, Console.WriteLine, cancel) is { } problem)
        {
            await Console.Error.WriteLineAsync($"{Progress.Sentence(problem)} Run adopt --give-back again.");
            return ExitCode.TryAgainLater;
        }

        RegularFile.Delete(parts.Root.Agent.AdoptedTooling);
        RegularFile.Delete(parts.Root.Agent.AdoptedConfiguration);
        Console.WriteLine("The shell tooling manages this host again.");
        return ExitCode.Done;
    }

    /// <summary>Before anything is stopped; a second try after a first that was interrupted must not take the half-stopped tooling for what it was.</summary>
    private static async Task RememberAsync(AgentParts parts, ShellTooling tooling, CancellationToken cancel)
    {
        var path = parts.Root.Agent.AdoptedTooling;
        if (AdoptedTooling.Load(path) is not null)
        {
            return;
        }

        if (parts.File.ReadText() is { } text)
        {
            Directories.MakeOwn(parts.Root.Agent.StateDirectory);
            AtomicFile.Write(parts.Root.Agent.AdoptedConfiguration, text, parts.Settings.Configuration.Mode);
        }

        var (enabled, active) = await tooling.ObserveAsync(cancel);
        new AdoptedTooling(enabled, active).Save(path);
    }

    /// <summary>Should the tooling's process in the background have been quicker: chmpx notices a file that is back within half a second (Chmpx/README.md, "Reload").</summary>
    private static void RestoreConfiguration(AgentParts parts)
    {
        if (!File.Exists(parts.File.Path) && RegularFile.TryRead(parts.Root.Agent.AdoptedConfiguration) is { } text)
        {
            AtomicFile.Write(parts.File.Path, text, parts.Settings.Configuration.Mode);
            Console.WriteLine($"The shell tooling had removed {parts.File.Path}; put it back.");
        }
    }

    private static async Task<int> StartAgentAsync(AgentParts parts, CancellationToken cancel)
    {
        const string Undo = "This host is taken over; adopt --give-back undoes it.";
        if (AgentUnits.FindFile(parts.Root, AgentUnits.Daemon) is null)
        {
            Console.WriteLine($"{Undo} Start the agent now: k2hdkc-slave-agent run.");
            return ExitCode.Done;
        }

        if (await DaemonUnit.StartAsync(parts.Units, cancel) is not ExitCode.Done and var failed)
        {
            return failed;
        }

        Console.WriteLine($"Started {AgentUnits.Daemon}, which restarts {parts.Settings.Chmpx.Unit} once if it ran through its shell helper. {Undo}");
        return ExitCode.Done;
    }

    /// <returns>That an agent runs outside of its unit; null when none runs any more.</returns>
    private static async Task<string?> EndAgentAsync(AgentParts parts, CancellationToken cancel)
    {
        foreach (var unit in new[] { AgentUnits.Bootstrap, AgentUnits.Daemon }.Where(unit => AgentUnits.FindFile(parts.Root, unit) is not null))
        {
            if (await parts.Units.EndAsync(unit, cancel) is { } problem)
            {
                return $"{Progress.Sentence(problem)} Run adopt --give-back again.";
            }
        }

        var path = parts.Root.Agent.DaemonLock;
        return FileLock.IsHeld(path) ? $"The agent still runs{FileLock.HolderText(path)}; end it, then run adopt --give-back again." : null;
    }

    /// <summary>
    /// The configuration just as the tooling would write it, by rename: it finds nothing to change then, and does not write it in place, on which
    /// chmpx may exit (Chmpx/README.md, "Reload").
    /// </summary>
    private static void WriteAsToolingDoes(AgentParts parts)
    {
        if (parts.Resource.AcceptedText is { } accepted
            && ConfigurationPlan.WithSelf(accepted, parts.Identity.Cuk) is var text
            && ConfigurationPlan.IsUsableAsIs(text, parts.HostFiles))
        {
            AtomicFile.Write(parts.File.Path, $"{text}\n", parts.Settings.Configuration.Mode, exchange: true);
        }
    }

    private static async Task HandBackChmpxAsync(AgentParts parts, CancellationToken cancel)
    {
        var before = (await parts.Systemd.ShowAsync([parts.Settings.Chmpx.Unit], cancel))?.GetValueOrDefault(parts.Settings.Chmpx.Unit);
        var wasThere = parts.DropIn.Remove();
        if (await parts.Units.ReloadAsync(parts.Settings.Chmpx.Unit, cancel) is { } problem)
        {
            Console.WriteLine($"{Progress.Sentence(problem)} Run systemctl daemon-reload, and restart {parts.Settings.Chmpx.Unit}.");
            return;
        }

        if (wasThere && before is { IsActive: true })
        {
            await parts.Systemd.TryRestartAsync(parts.Settings.Chmpx.Unit, cancel);
            Console.WriteLine($"Restarted {parts.Settings.Chmpx.Unit} as packaged; its shell helper takes ten seconds before it starts chmpx.");
        }
    }
}
