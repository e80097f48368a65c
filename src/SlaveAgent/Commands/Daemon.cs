using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Serilog;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;

namespace SlaveAgent.Commands;

/// <summary>Runs the loop under the host: tells systemd how it goes, takes SIGHUP for "re-read the settings and look at once".</summary>
internal sealed class Daemon(
    Setup setup, Func<AgentSettings> reload, HangUps hangUps, ISystemdNotifier? systemd, IHostApplicationLifetime lifetime, ILogger log)
    : BackgroundService
{
    private static readonly TimeSpan IdentityRetry = TimeSpan.FromSeconds(5);

    private readonly TimeSpan? _watchdog = WatchdogOf(Environment.GetEnvironmentVariable("WATCHDOG_USEC"));
    private string? _toldStatus;
    private long? _fed;

    public int ExitCode { get; private set; } = Commands.ExitCode.Done;

    // On its own thread also because the host is not to be held up: READY goes out while the first step runs.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => LoopThread.RunAsync(time => WatchAsync(time, stoppingToken));

    private async Task WatchAsync(TimeProvider time, CancellationToken stoppingToken)
    {
        try
        {
            var settings = setup.Settings;
            while (true)
            {
                settings = await RunUntilSettingsChangeAsync(settings, time, stoppingToken);
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
    private async Task<AgentSettings> RunUntilSettingsChangeAsync(AgentSettings settings, TimeProvider time, CancellationToken cancel)
    {
        await RestWhileUnregisteredAsync(time, cancel);
        using var parts = await AgentParts.CreateAsync(settings, setup.Root, setup.Token, time, log, cancel, watches: true);
        if (parts.File.RemoveStaleStage())
        {
            log.Information("A configuration that an earlier agent left half written was removed; the one in place is whole");
        }

        var mark = setup.Root.At(AgentPaths.UnregisteredMark);
        var (reconciler, _) = parts.Assemble(
            parts.Steps, keepsStatus: true, board => new ReconcilerHooks { Pulse = () => Tell(board.Words, time), IsResting = () => File.Exists(mark) });
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
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }

    /// <summary>After <c>unregister</c> there is no identity to start with; the agent waits for bootstrap to bring one.</summary>
    private async Task RestWhileUnregisteredAsync(TimeProvider time, CancellationToken cancel)
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

            Tell("unregistered; bootstrap takes this host into its role again", time);
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

    private void Tell(string words, TimeProvider time)
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

        if (_watchdog is { } patience && (_fed is not { } fed || time.GetElapsedTime(fed) >= patience / 4))
        {
            _fed = time.GetTimestamp();
            systemd.Notify(new ServiceState("WATCHDOG=1"));
        }
    }

    /// <summary>systemd tells in microseconds how long it waits for a sign of life (sd_watchdog_enabled(3)); one in a quarter of that will do.</summary>
    private static TimeSpan? WatchdogOf(string? microseconds) =>
        long.TryParse(microseconds, CultureInfo.InvariantCulture, out var time) && time > 0 ? TimeSpan.FromMicroseconds(time) : null;
}
