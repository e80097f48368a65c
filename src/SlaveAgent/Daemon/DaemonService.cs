using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Serilog;
using Serilog.Core;
using SlaveAgent.Composition;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;
using SlaveAgent.Status;

namespace SlaveAgent.Daemon;

/// <summary>Runs the loop under the host: tells systemd how it goes, takes SIGHUP for "re-read the settings and poll at once".</summary>
internal sealed class DaemonService(
    Setup setup, Func<AgentSettings> reload, Func<AgentSettings?> kept, HangUps hangUps, LoggingLevelSwitch level, ISystemdNotifier? systemd, IHostApplicationLifetime lifetime, ILogger log)
    : BackgroundService
{
    private static readonly TimeSpan IdentityRetry = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FirstSettingsRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSettingsRetry = TimeSpan.FromMinutes(1);

    private readonly SystemdReport _report = new(systemd, Environment.GetEnvironmentVariable("WATCHDOG_USEC"), setup.Root, log);
    private readonly WorkTurn _turn = new(setup.Root);

    /// <summary>What was said of settings that cannot be used, since some of the files were last in force: each once.</summary>
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);

    /// <summary>Why the settings' files are not in force.</summary>
    private string? _refused;

    /// <summary>Settings of the files that read well and are yet to prove that they can be used.</summary>
    private AgentSettings? _candidate;

    /// <summary>Starts in a row for which there were no settings that could be used.</summary>
    private int _refusals;
    private bool _isHungUp;

    private string GoesOn =>
        $"The agent goes on with the settings that were last in force; once the files are corrected, {(systemd is null ? "a SIGHUP" : "systemctl reload k2hdkc-slave-agent")} puts them in force";

    /// <summary>For the status: what is wrong, and what a person does then.</summary>
    private string? WhyRefused => _refused is null ? null : $"{_refused} {GoesOn}";

    public int ExitCode { get; private set; } = Composition.ExitCode.Done;

    public override void Dispose()
    {
        _turn.Dispose();
        base.Dispose();
    }

    // On its own thread also because the host is not to be held up: READY goes out while the first controllers run.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => LoopThread.RunAsync(time => WatchAsync(time, stoppingToken));

    private async Task WatchAsync(TimeProvider time, CancellationToken stoppingToken)
    {
        try
        {
            if (setup.Refused is { } refused)
            {
                Refuse(refused, setup.HasSettings);
            }

            var settings = setup.HasSettings ? setup.Settings : null;
            while (true)
            {
                settings = settings is null ? await NextSettingsAsync(time, stoppingToken) : await RunOrFallBackAsync(settings, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            log.Information("Shutting down; the configuration and the services stay as they are");
        }
        catch (SettingsException e)
        {
            log.Fatal("{Why}", e.Message);
            ExitCode = Composition.ExitCode.Usage;
            lifetime.StopApplication();
        }
    }

    /// <returns>The settings to go on with; null when there are none that can be used.</returns>
    private async Task<AgentSettings?> RunOrFallBackAsync(AgentSettings settings, TimeProvider time, CancellationToken cancel)
    {
        try
        {
            return await RunUntilSettingsChangeAsync(settings, time, cancel);
        }
        catch (SettingsException e) when (systemd is not null)
        {
            // systemd would start an agent that ends again in a second, on every host that has these settings.
            var before = kept() is { } last && last.Source != settings.Source ? last : null;
            Refuse(e.Message, before is not null);
            return before;
        }
    }

    /// <summary>Waits, longer each time, and reads the settings again; a SIGHUP has them read at once.</summary>
    private async Task<AgentSettings> NextSettingsAsync(TimeProvider time, CancellationToken cancel)
    {
        while (true)
        {
            var delay = RetryDelay.Doubled(FirstSettingsRetry, _refusals++, LongestSettingsRetry);
            var began = time.GetTimestamp();
            var isHungUp = false;
            while (!isHungUp && time.GetElapsedTime(began) < delay)
            {
                ForgetStatus();
                _report.Notify($"waiting: {_refused}", time);
                isHungUp = await IsHungUpWithinAsync(IdentityRetry / 5, time, cancel);
            }

            try
            {
                var settings = reload();
                level.MinimumLevel = Logging.Of(settings.LogLevel);
                _candidate = settings;
                return settings;
            }
            catch (SettingsException e)
            {
                Refuse(e.Message, hasKept: false);
            }
        }
    }

    private void Refuse(string why, bool hasKept)
    {
        if (_said.Add(why))
        {
            log.Error("{Why} {Consequence} ({Reason})", why, hasKept ? GoesOn : "The agent waits until that is corrected", Reasons.SettingsRefused);
        }

        _refused = why;
    }

    /// <summary>The settings' files are in force.</summary>
    private void Accept()
    {
        (_refused, _candidate) = (null, null);
        _said.Clear();
    }

    private void Keep(AgentSettings settings)
    {
        _refusals = 0;
        if (_refused is not null)
        {
            return;
        }

        try
        {
            KeptSettings.Save(setup.Root, settings);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Debug("The settings could not be kept for a start at which their files cannot be used: {Why}", e.Message);
        }
    }

    /// <returns>The settings to start over with, once SIGHUP brought others, another identity is in force, or the host was unregistered.</returns>
    private async Task<AgentSettings> RunUntilSettingsChangeAsync(AgentSettings settings, TimeProvider time, CancellationToken cancel)
    {
        var (reading, reloaded) = await IdentityAsync(settings, time, cancel);
        if (reading is null)
        {
            _candidate = reloaded;
            return reloaded;
        }

        using var parts = await AgentParts.CreateAsync(setup, settings, time, log, cancel, watches: true, reading: reading);
        if (ReferenceEquals(settings, _candidate))
        {
            Accept();
        }

        if (_isHungUp)
        {
            parts.Configuration.NoteHangUp();
            _isHungUp = false;
        }

        Keep(settings);
        var identity = new IdentityWatch(setup, settings, reading, time, log);
        RemoveStaleStages(parts);

        if (parts.Systemd.WhyAbsent is { } whyAbsent)
        {
            log.Information("Packages and services, chmpx among them, are left to whoever runs this host, because {Why} ({Reason})", whyAbsent, Reasons.NoServiceManager);
        }

        // chmpx bears 0.65 s without its file; at the polls' interval a deletion would cost a restart half of the time (Chmpx/README.md, "Reload"). And what
        // regenerate wrote is loaded within a tenth of a second.
        using var placed = new PlacedFileWatch(parts.File.Path);
        Reconciler? loop = null;
        using var closed = new ClosedConnections(
            cookie =>
            {
                if (parts.ServerSockets.NoteEnd(cookie))
                {
                    Volatile.Read(ref loop)?.Wake(ControllerKinds.Connection);
                }
            },
            time);
        var (reconciler, board, unregistered) = Assemble(parts, identity, Watch, time);
        board.NoteSettings(WhyRefused);
        placed.Changed += () => reconciler.Wake(ControllerKinds.Connection);
        loop = reconciler;
        log.Information(
            "Watching over {Tag} ({Cuk}), role {Role}, K2HR3 at {Uri}", parts.Identity.Tag, parts.Identity.Cuk, parts.Identity.Role.ToString(), parts.Identity.ApiUri.ToString());

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var running = reconciler.RunAsync(ended.Token);
        var replaced = identity.RunAsync(ended.Token);
        try
        {
            while (true)
            {
                var hangUp = hangUps.NextAsync(ended.Token);
                var first = await Task.WhenAny(hangUp, running, replaced, unregistered);
                if (first == running)
                {
                    // It never ends by itself; what broke it must be seen, and the agent started again.
                    await running;
                }

                if (first == replaced)
                {
                    await replaced;
                    log.Information("Another identity is in force; starting over with it");
                    return settings;
                }

                if (first == unregistered)
                {
                    // The next bootstrap may bring another role, or another name.
                    return settings;
                }

                await hangUp;
                var now = await TryReloadAsync(settings, isWaiting: false, time, cancel);
                if (now is not null)
                {
                    Accept();
                }

                board.NoteSettings(WhyRefused);
                if (now is not null && now.Source != settings.Source)
                {
                    _isHungUp = true;
                    return now;
                }

                if (now is not null)
                {
                    Keep(settings);
                }

                parts.Configuration.NoteHangUp();
                reconciler.Wake(ControllerKinds.Configuration | ControllerKinds.Services | ControllerKinds.Connection);
            }
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(running, replaced).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        void Watch()
        {
            placed.Ensure();
            closed.Ensure(parts.ServerSockets.Ports);
        }
    }

    private (Reconciler Reconciler, StatusBoard Board, Task Unregistered) Assemble(AgentParts parts, IdentityWatch identity, Action ensureWatches, TimeProvider time)
    {
        DaemonHost? host = null;
        var (reconciler, board) = parts.Assemble(parts.Controllers, keepsStatus: true, seen => host = new DaemonHost(seen, _report, identity, _turn, ensureWatches, parts.Holds, parts.Settings.Watch.RingInterval, time), canWait: true);
        host!.HoldChanged += () => reconciler.Wake(ControllerKinds.All);
        return (reconciler, board, host.Unregistered);
    }

    /// <summary>What was said of the connection is no longer true; <c>status</c> then observes for itself.</summary>
    private void ForgetStatus()
    {
        try
        {
            RegularFile.Delete(setup.Root.Agent.StatusFile);
            RegularFile.Delete(setup.Root.Agent.MetricsFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Debug("The status file could not be removed: {Why}", e.Message);
        }
    }

    private void RemoveStaleStages(AgentParts parts)
    {
        try
        {
            if (parts.File.RemoveStaleStages())
            {
                log.Information("A configuration that an earlier agent left half written was removed; the one in place is whole");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Warning("Whether an earlier agent left a half written configuration cannot be seen: {Why}", e.Message);
        }
    }

    /// <summary>Who this host is, waited for as long as it takes; what a copied disk brought along is set aside.</summary>
    /// <returns>The settings to start over with and no reading, once SIGHUP had them read again: they may be what is waited for.</returns>
    private async Task<(IdentityReading? Reading, AgentSettings Settings)> IdentityAsync(AgentSettings settings, TimeProvider time, CancellationToken cancel)
    {
        var commands = new CommandRunner(time);
        var began = time.GetTimestamp();
        string? logged = null;
        while (true)
        {
            await PauseWhileUnregisteredAsync(time, cancel);
            string? why;
            try
            {
                var reading = await IdentityReader.ReadAsync(setup, settings, commands, time, cancel);
                if (ArrivingIdentity.SetAside(setup, settings, reading) is { } kept)
                {
                    log.Warning("{Why}: the configuration that the disk brought along was moved to {Path}", reading.Decision.Message, kept);
                }

                why = reading.Decision.IsNotYet ? reading.Decision.Message
                    : ArrivingIdentity.MayStillBeHandedOver(setup.Root, reading, time.GetElapsedTime(began)) ? "this machine is new, and cloud-init may still bring it another role"
                    : null;
                if (why is null)
                {
                    return (reading, settings);
                }

                if (why != logged)
                {
                    ForgetStatus();
                    log.Information("Waiting: {Why} ({Code})", why, reading.Decision.Code);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                why = e.Message;
                if (why != logged)
                {
                    log.Warning("Who this host is cannot be read: {Why}; tried again each second", why);
                }
            }

            logged = why;
            _report.Notify($"waiting: {why}", time);
            if (await IsHungUpWithinAsync(IdentityRetry / 5, time, cancel) && await TryReloadAsync(settings, isWaiting: true, time, cancel) is { } now)
            {
                if (now.Source != settings.Source)
                {
                    return (null, now);
                }

                // The files say again what is in force; what was refused of them before is over.
                _candidate = settings;
            }
        }
    }

    private async Task<bool> IsHungUpWithinAsync(TimeSpan delay, TimeProvider time, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var hangUp = hangUps.NextAsync(over.Token);
        await Task.WhenAny(hangUp, Task.Delay(delay, time, over.Token));
        cancel.ThrowIfCancellationRequested();
        await over.CancelAsync();

        // One that comes just now is not lost: it is either taken here or left for the next who waits.
        await hangUp.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        return hangUp.IsCompletedSuccessfully;
    }

    /// <summary>After <c>unregister</c> there is no identity to start with; the agent waits for bootstrap to bring one.</summary>
    private async Task PauseWhileUnregisteredAsync(TimeProvider time, CancellationToken cancel)
    {
        var isLogged = false;
        while (_turn.IsPaused())
        {
            _turn.Dispose();
            if (!isLogged)
            {
                ForgetStatus();
                log.Information("This host was unregistered; the agent is paused until bootstrap takes it into its role again");
                isLogged = true;
            }

            _report.Notify("unregistered; bootstrap takes this host into its role again", time);
            await Task.Delay(IdentityRetry / 5, time, cancel);
        }
    }

    /// <param name="isWaiting">For who this host is: then that needs not to be known with the new settings either.</param>
    /// <returns>The settings as they are now; null when they cannot be used.</returns>
    private async Task<AgentSettings?> TryReloadAsync(AgentSettings before, bool isWaiting, TimeProvider time, CancellationToken cancel)
    {
        try
        {
            var now = reload();
            if (now.Source == before.Source)
            {
                log.Information("SIGHUP: the settings are the same; polling again");
                return now;
            }

            // Settings that read well may still be of no use, such as a certificate that is not there: that is found out before the old ones are left.
            var reading = await IdentityReader.ReadAsync(setup, now, new CommandRunner(time), time, cancel);
            using var trial = isWaiting && reading.Decision.IsNotYet ? null : await AgentParts.CreateAsync(setup, now, time, log, cancel, watches: true, reading: reading);
            log.Information("SIGHUP: the settings changed; starting over with them");
            level.MinimumLevel = Logging.Of(now.LogLevel);
            return now;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Error("SIGHUP: the settings could not be tried: {Why}; the agent goes on with those it has", e.Message);
            return null;
        }
        catch (SettingsException e)
        {
            (_refused, _candidate) = (e.Message, null);
            log.Error("SIGHUP: {Why} {Consequence} ({Reason})", e.Message, GoesOn, Reasons.SettingsRefused);
            return null;
        }
    }
}
