using System.Net.Sockets;
using System.Runtime.InteropServices;
using SlaveAgent.Sandbox.Cluster;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// A stand-in for chmpx on a slave node: reads and follows its file, connects to the servers, answers on its control port,
/// and ends where the real one does (chmpx.md).
/// </summary>
internal sealed class SlaveProcess(ChmpxOptions options, TextWriter log) : IDisposable
{
    // How long chmpx waits for a file that went away to be there again (chmconf.cc: 500 times 1 ms).
    private static readonly TimeSpan FileGoneWait = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan ConnectRetry = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource ending = new();
    private readonly List<PosixSignalRegistration> signals = [];
    private volatile bool isClean = true;

    public async Task<int> RunAsync()
    {
        // TERM and QUIT are blocked; HUP and INT end it (chmpx.md: "HUP is no reload").
        foreach (var (signal, ends) in (IEnumerable<(PosixSignal, bool)>)
            [(PosixSignal.SIGTERM, false), (PosixSignal.SIGQUIT, false), (PosixSignal.SIGHUP, true), (PosixSignal.SIGINT, true)])
        {
            signals.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                if (ends)
                {
                    ending.Cancel();
                }
            }));
        }
        if (Start() is not { } started)
        {
            return 1;
        }
        var (state, control, watch) = started;
        if (options.PidFile is { } pidFile)
        {
            await File.WriteAllTextAsync(pidFile, $"{Environment.ProcessId}\n");
        }
        await log.WriteLineAsync($"started, {state.Servers.Count} servers listed, generation {state.Active.Revision}");
        var loops = new[]
        {
            Task.Factory.StartNew(() => Follow(state, watch), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default),
            ConnectAsync(state, ending.Token),
            control.RunAsync(ending.Token),
        };
        await Task.WhenAll(loops);
        if (isClean)
        {
            await Task.Delay(options.StopTime);
        }
        if (options.PidFile is { } written)
        {
            File.Delete(written);
        }
        await log.WriteLineAsync("ended");
        return 0;
    }

    public void Dispose()
    {
        signals.ForEach(signal => signal.Dispose());
        ending.Dispose();
    }

    private (SlaveState State, ControlPort Control, FileWatch Watch)? Start()
    {
        try
        {
            var configuration = ChmpxConfiguration.Load(options.ConfigurationFile, options.ControlPort, options.Cuk);
            var self = configuration.FindSelf() ?? throw new FormatException("Could not get self node information");
            if (configuration.Group.Length == 0 || (configuration.IdType == "CUSTOM" && self.Seed.Length == 0))
            {
                throw new FormatException("GROUP or the own CUSTOM_ID_SEED is empty");
            }
            var watch = FileWatch.TryStart(options.ConfigurationFile) ?? throw new FormatException("Could not watch file");
            var state = new SlaveState(configuration, self, TimeProvider.System);
            return (state, new ControlPort(state, log), watch);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException or SocketException)
        {
            log.WriteLine($"ERROR: Could not initialize process: {e.Message}");
            return null;
        }
    }

    private void Follow(SlaveState state, FileWatch? watch)
    {
        while (!ending.IsCancellationRequested && watch is not null)
        {
            var events = watch.Wait(TimeSpan.FromMilliseconds(200));
            if (events == FileEvents.None)
            {
                continue;
            }
            lock (state.Gate)
            {
                if (events.HasFlag(FileEvents.Gone))
                {
                    watch.Dispose();
                    watch = WatchAgain();
                    if (watch is null)
                    {
                        log.WriteLine($"ERROR: {options.ConfigurationFile} is gone, it is not watched any more");
                        return;
                    }
                }
                Reload(state);
            }
        }
        watch?.Dispose();
    }

    private FileWatch? WatchAgain()
    {
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); !File.Exists(options.ConfigurationFile) && waited.Elapsed < FileGoneWait;)
        {
            Thread.Sleep(1);
        }
        return FileWatch.TryStart(options.ConfigurationFile);
    }

    private void Reload(SlaveState state)
    {
        if (!File.Exists(options.ConfigurationFile))
        {
            return;
        }
        try
        {
            var next = ChmpxConfiguration.Load(options.ConfigurationFile, options.ControlPort, options.Cuk);
            log.WriteLine(state.Take(next)
                ? $"took generation {next.Revision}, {next.Servers.Count} servers listed"
                : $"read generation {next.Revision} again: not changed, or not to be changed without a restart");
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            // The deadly one: a bad file ends it, with exit code 0.
            log.WriteLine($"ERROR: Failed to load configuration, thus this is fatal error: {e.Message}");
            isClean = false;
            ending.Cancel();
        }
    }

    private static async Task ConnectAsync(SlaveState state, CancellationToken cancellationToken)
    {
        var links = new List<Task>();
        try
        {
            using var timer = new PeriodicTimer(ConnectRetry);
            do
            {
                List<ServerView> missing;
                lock (state.Gate)
                {
                    missing = state.Servers.FindAll(server => server is { Link: null, IsConnecting: false });
                    missing.ForEach(server => server.IsConnecting = true);
                }
                links.RemoveAll(link => link.IsCompleted);
                links.AddRange(missing.Select(server => HoldAsync(state, server, cancellationToken)));
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
        await Task.WhenAll(links);
    }

    private static async Task HoldAsync(SlaveState state, ServerView server, CancellationToken cancellationToken)
    {
        try
        {
            var hello = new RingHello(state.Active.Group, state.Self.Name, state.Active.SelfCuk, state.Self.ControlPort);
            using var link = await ServerLink.TryConnectAsync(server.Node, hello, cancellationToken);
            if (link is null)
            {
                return;
            }
            lock (state.Gate)
            {
                state.Connected(server, link);
            }
            while (await link.ReadAsync(cancellationToken) is { } news)
            {
                lock (state.Gate)
                {
                    state.Take(news);
                }
            }
            lock (state.Gate)
            {
                state.Disconnected(server);
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
        finally
        {
            lock (state.Gate)
            {
                server.IsConnecting = false;
            }
        }
    }
}
