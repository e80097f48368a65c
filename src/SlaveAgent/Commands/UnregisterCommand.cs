using System.CommandLine;
using SlaveAgent.Composition;
using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Identity;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Roles;
using SlaveAgent.Services;
using SlaveAgent.Settings;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>Takes the host out of its role: stops the role's units in reverse order, leaves K2HR3, removes the identity. A running daemon is paused from then on.</summary>
internal static class UnregisterCommand
{
    private const UnixFileMode ReadableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>What the mark says once the host is out of its role, and only files of its own are left to remove.</summary>
    private const string Left = "left";

    private static readonly TimeSpan PauseLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenObservations = TimeSpan.FromMilliseconds(50);

    public static Command Create(CommonOptions options)
    {
        var command = new Command("unregister", "Stop the role's services in reverse order and take this host out of its role");
        var force = new Option<bool>("--force") { Description = "Do not ask again where K2HR3 refuses (403, 404), as it does from another address or of a role that is gone" };
        options.AddIdentityTo(command);
        command.Options.Add(force);
        command.SetAction(async (parsed, _) =>
        {
            var setup = options.SetupOf(parsed);
            using var signals = new Signals();
            using var turn = await FileLock.TryTakeForLongAsync(setup.Root.Agent.BootstrapLock, TimeProvider.System, signals.Token);
            if (turn is null)
            {
                var holder = FileLock.HolderText(setup.Root.Agent.BootstrapLock);
                await Console.Error.WriteLineAsync(
                    $"A bootstrap{holder} is at work under {setup.Root.Directory} and would take this host into its role again; end it first.");
                return ExitCode.TryAgainLater;
            }

            if (RegularFile.TryRead(setup.Root.Agent.UnregisteredMarker) is { } mark
                && (mark == Left || (new IdentityFiles(setup.Root).ReadRole() is null && new IdentityStore(setup.Root).Accepted is null)))
            {
                // An earlier one that was killed has taken the host out of its role; of its identity some files may be left, which no request could be made with.
                var problem = await StopChmpxAsync(setup, TimeProvider.System, signals.Token);
                await RemoveAsync(setup, TimeProvider.System, signals.Token);
                Console.WriteLine("This host is unregistered already.");
                await ReportAsync(problem);
                return problem is null ? ExitCode.Done : ExitCode.Failed;
            }

            await using var log = Logging.Create(LogLevel.Warning);
            using var parts = await AgentParts.CreateAsync(setup, setup.Settings, TimeProvider.System, log, signals.Token);
            return await RunAsync(setup, parts, parsed.GetValue(force), signals.Token);
        });
        return command;
    }

    private static async Task<int> RunAsync(Setup setup, AgentParts parts, bool force, CancellationToken cancel)
    {
        // First of all: a daemon that sees the units stopped, or the host gone from its role, would set that right again.
        Directories.MakeOwn(parts.Root.Agent.StateDirectory);
        AtomicFile.Write(parts.Root.Agent.UnregisteredMarker, string.Empty, ReadableByAll);
        var hasUnits = parts.Systemd.WhyAbsent is null;

        // One that waits for its next try, or for the next boot, would take the host into its role again.
        if (hasUnits && AgentUnits.FindFile(parts.Root, AgentUnits.Bootstrap) is not null && await parts.Units.EndAsync(AgentUnits.Bootstrap, cancel) is { } bootstrap)
        {
            await Console.Error.WriteLineAsync($"{Progress.Sentence(bootstrap)} It would take this host into its role again; nothing else was done. Run unregister again.");
            return ExitCode.TryAgainLater;
        }

        await DaemonPausedAsync(parts, cancel);
        if (hasUnits && AgentUnits.FindFile(parts.Root, AgentUnits.Ready) is not null)
        {
            // With it stop the services that require the connection. A daemon that is still at it would start it again.
            await ReportAsync(await parts.Units.StopAsync(AgentUnits.Ready, cancel));
            ReadyMemory.Reset(parts.Root, parts.Time);
        }

        var stopped = hasUnits ? await StopServicesAsync(parts, cancel) : LeaveServices(parts.Systemd.WhyAbsent!);
        if (!await LeaveAsync(parts, force, cancel))
        {
            return ExitCode.TryAgainLater;
        }

        AtomicFile.Write(parts.Root.Agent.UnregisteredMarker, Left, ReadableByAll);
        await RemoveAsync(setup, parts.Time, cancel);
        Console.WriteLine($"Its identity and its configuration are removed; copies of past configurations stay in {parts.Root.Agent.GenerationsDirectory}.");
        return stopped ? ExitCode.Done : ExitCode.Failed;
    }

    /// <summary>Where an earlier one could not stop it; of the role's other units nothing is known any more.</summary>
    /// <returns>Why it still runs or is enabled; null when neither, or when it is not this agent's to stop.</returns>
    private static async Task<string?> StopChmpxAsync(Setup setup, TimeProvider time, CancellationToken cancel)
    {
        var (systemd, unit) = (SystemdOf(setup, time), setup.Settings.Chmpx.Unit);
        return systemd.WhyAbsent is null && AgentUnits.FindFile(setup.Root, UnitName.WithSuffix(unit)) is not null ? await new UnitControl(systemd, time).EndAsync(unit, cancel) : null;
    }

    /// <summary>Removes what is left of the configuration and the identity, which may be in part.</summary>
    private static async Task RemoveAsync(Setup setup, TimeProvider time, CancellationToken cancel)
    {
        var (root, unit) = (setup.Root, setup.Settings.Chmpx.Unit);
        var configuration = AgentParts.OutputPath(setup.Settings, new OverrideReader(root));
        var paths = root.Agent;
        foreach (var path in new[]
        {
            root.At(configuration), paths.AcceptedResource, paths.RoleKeys, paths.Evidence, paths.ConnectionMemory, paths.StatusRequests, paths.Hold, paths.EnvironmentFile,
            paths.AdoptedTooling, paths.AdoptedConfiguration, paths.HookRun, paths.HookMemory,
        })
        {
            RegularFile.Delete(path);
        }

        // Observed and not remembered: an unregister that was killed in between has the drop-in gone and the unit still loaded with it.
        var systemd = SystemdOf(setup, time);
        var wasThere = new ChmpxDropIn(root, unit, configuration, string.Empty, () => null).Remove();
        if (systemd.WhyAbsent is null && (wasThere || AgentUnits.FindFile(root, UnitName.WithSuffix(unit)) is not null))
        {
            await ReportAsync(await new UnitControl(systemd, time).ReloadAsync(unit, cancel));
        }

        new IdentityStore(root).Remove();
    }

    private static ISystemd SystemdOf(Setup setup, TimeProvider time) => SystemdPresence.Find(setup.Settings.Services.Manager, setup.Root, new CommandRunner(time));

    /// <summary>Waits until a running daemon has seen the mark: what it has under way would start what is stopped here.</summary>
    private static async Task DaemonPausedAsync(AgentParts parts, CancellationToken cancel)
    {
        var began = parts.Time.GetTimestamp();
        while (FileLock.IsHeld(parts.Root.Agent.WorkLock)
            && parts.Time.GetElapsedTime(began) < PauseLimit)
        {
            await Task.Delay(BetweenObservations, parts.Time, cancel);
        }
    }

    private static async Task ReportAsync(string? problem)
    {
        if (problem is not null)
        {
            await Console.Error.WriteLineAsync(Progress.Sentence(problem));
        }
    }

    private static bool LeaveServices(string why)
    {
        Console.WriteLine($"No service is stopped, because {why}; stop chmpx and the programs that use it.");
        return true;
    }

    private static async Task<bool> StopServicesAsync(AgentParts parts, CancellationToken cancel)
    {
        if (parts.Role.Keys is null && await parts.Role.ReadKeysAsync(cancel) is not null)
        {
            await Console.Error.WriteLineAsync("Which services the role lists cannot be learnt from K2HR3 now; none are stopped.");
            return false;
        }

        parts.File.Refresh();
        var units = parts.Role.KeysFor(parts.File.Current is not null)!.Units.Where(UnitName.IsValid).Select(UnitName.WithSuffix).Distinct().Reverse();
        var skipped = parts.File.Current is null ? [] : parts.Settings.Services.Superseded;
        var all = true;
        foreach (var unit in units.Except(skipped))
        {
            var problem = await parts.Units.StopAsync(unit, cancel) ?? await parts.Units.DisableAsync(unit, cancel);
            all &= problem is null;
            Console.WriteLine(problem is null ? $"Stopped and disabled {unit}." : Progress.Sentence(problem));
        }

        return all;
    }

    /// <summary>Has K2HR3 take this host out of its role, or finds out that it will not.</summary>
    /// <returns>False when it is to be tried again later; the reason is on standard error then.</returns>
    private static async Task<bool> LeaveAsync(AgentParts parts, bool force, CancellationToken cancel)
    {
        var question = $"leave {parts.Identity.Role} as {parts.Identity.Cuk}";
        for (var refusals = 1; ; refusals++)
        {
            var answer = await parts.Client.UnregisterAsync(cancel);
            parts.Evidence.Note(question, LeavingDecision.ClaimOf(answer));
            var isListed = answer is K2hr3Answer.Denied { Status: 403 } ? await IsListedAsync(parts, cancel) : null;
            var code = LeavingDecision.Decide(answer, isListed, parts.Evidence.StageOf(question) == EvidenceStage.Confirmed, force);
            switch (code)
            {
                case LeavingCode.Out or LeavingCode.NotListed:
                    Console.WriteLine($"This host is out of {parts.Identity.Role}.");
                    return true;
                case LeavingCode.Forced or LeavingCode.Confirmed:
                    Console.WriteLine(
                        $"K2HR3 does not take this host out of {parts.Identity.Role} ({((K2hr3Answer.Denied)answer).Status}). Where it still lists CUK {parts.Identity.Cuk}, "
                        + "under an address that this host had before, only an administrator can remove that.");
                    return true;
                case LeavingCode.TryLater:
                    var why = K2hr3Outcome.Of(answer, "taking this host out of its role").Message;
                    await Console.Error.WriteLineAsync($"{Progress.Sentence(why)} Its services are stopped; run unregister again.");
                    return false;
                default:
                    if (refusals == 1)
                    {
                        await Console.Error.WriteLineAsync(
                            $"{Progress.Sentence(K2hr3Outcome.Of(answer, "taking this host out of its role").Message)} Its services are stopped. K2HR3 is asked again "
                            + $"for {parts.Evidence.RemainingOf(question).TotalSeconds:0} s, for a store in trouble refuses as well; --force does not wait.");
                    }

                    await Task.Delay(RetryDelay.After(refusals, parts.Settings.Retry, Random.Shared.NextDouble()), parts.Time, cancel);
                    break;
            }
        }
    }

    /// <summary>Whether the role's resource lists this host; null where that is not known.</summary>
    private static async Task<bool?> IsListedAsync(AgentParts parts, CancellationToken cancel) =>
        await parts.Resource.ReadAsync(fresh: true, cancel) is not K2hr3Answer.Text text ? null
        : ConfigurationPlan.Make(text.Value, parts.Identity.Cuk, parts.HostFiles) is not (ConfigurationPlan.SelfMissing or ConfigurationPlan.NoSlave);
}
