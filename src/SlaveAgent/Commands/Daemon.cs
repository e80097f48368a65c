using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Serilog;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;

namespace SlaveAgent.Commands;

/// <summary>Runs the loop under the host: tells systemd how it goes, takes SIGHUP for "re-read the settings and look at once".</summary>
internal sealed class Daemon(
    Setup setup, Func<AgentSettings> reload, HangUps hangUps, ISystemdNotifier? systemd, IHostApplicationLifetime lifetime, TimeProvider time, ILogger log)
    : BackgroundService
{
    private static readonly TimeSpan IdentityRetry = TimeSpan.FromSeconds(5);

    private readonly bool _hasWatchdog = Environment.GetEnvironmentVariable("WATCHDOG_USEC") is { Length: > 0 };
    private string? _toldStatus;

    public int ExitCode { get; private set; } = Commands.ExitCode.Done;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The host is not held up: READY goes out while the first step runs.
        await Task.Yield();
        try
        {
            var settings = setup.Settings;
            while (true)
            {
                settings = await RunUntilSettingsChangeAsync(settings, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            log.Information("Told to end; the configuration and the services stay as they are");
        }
        catch (SettingsException e)
        {
            log.Fatal("{Why}", e.Message);
            ExitCode = Commands.ExitCode.Usage;
            lifetime.StopApplication();
        }
    }

    /// <returns>The new settings, once SIGHUP brought others.</returns>
    private async Task<AgentSettings> RunUntilSettingsChangeAsync(AgentSettings settings, CancellationToken cancel)
    {
        await RestWhileUnregisteredAsync(cancel);
        using var parts = await AgentParts.CreateAsync(setup, settings, time, log, cancel, watches: true);
        if (parts.File.RemoveStaleStages())
        {
            log.Information("A configuration that an earlier agent left half written was removed; the one in place is whole");
        }

        var mark = setup.Root.At(AgentPaths.UnregisteredMark);
        var (reconciler, _) = parts.Assemble(
            parts.Steps, keepsStatus: true, board => new ReconcilerHooks { Pulse = () => Tell(board.Words), IsResting = () => File.Exists(mark) });
        log.Information(
            "Watching over {Tag} ({Cuk}), role {Role}, K2HR3 at {Uri}", parts.Identity.Tag, parts.Identity.Cuk, parts.Identity.Role.ToString(), parts.Identity.ApiUri.ToString());

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = reconciler.RunAsync(ended.Token);
        try
        {
            while (true)
            {
                await hangUps.NextAsync(cancel);
                if (TryReload(settings) is { } changed)
                {
                    return changed;
                }

                reconciler.Wake(Steps.WriteConfiguration | Steps.VerifyConnection);
            }
        }
        finally
        {
            await ended.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>After <c>unregister</c> there is no identity to start with; the agent waits for bootstrap to bring one.</summary>
    private async Task RestWhileUnregisteredAsync(CancellationToken cancel)
    {
        var mark = setup.Root.At(AgentPaths.UnregisteredMark);
        var told = false;
        while (File.Exists(mark))
        {
            if (!told)
            {
                log.Information("This host was unregistered; the agent rests until bootstrap takes it into its role again");
                told = true;
            }

            Tell("unregistered; bootstrap takes this host into its role again");
            await Task.Delay(IdentityRetry / 5, time, cancel);
        }
    }

    /// <returns>The settings as they are now; null when they are as before, or cannot be used.</returns>
    private AgentSettings? TryReload(AgentSettings before)
    {
        try
        {
            var now = reload();
            log.Information(now.Source == before.Source ? "SIGHUP: looking at once" : "SIGHUP: the settings changed; starting over with them");
            return now.Source == before.Source ? null : now;
        }
        catch (SettingsException e)
        {
            log.Error("SIGHUP: {Why} The agent goes on with the settings it has", e.Message);
            return null;
        }
    }

    private void Tell(string words)
    {
        if (systemd is not { IsEnabled: true })
        {
            return;
        }

        if (words != _toldStatus)
        {
            _toldStatus = words;
            systemd.Notify(new ServiceState($"STATUS={words.ReplaceLineEndings(" ")}"));
        }

        if (_hasWatchdog)
        {
            systemd.Notify(new ServiceState("WATCHDOG=1"));
        }
    }
}
