using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// A stand-in for chmpx on a slave node: reads and follows its file, connects to the servers, answers on its control port,
/// and exits where the real one does.
/// </summary>
internal sealed class SlaveProcess(ChmpxOptions options, TextWriter log) : IDisposable
{
    // How long chmpx waits for a removed file to return (chmconf.cc: 500 times 1 ms).
    private static readonly TimeSpan FileGoneWait = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _ending = new();
    private readonly List<PosixSignalRegistration> _signals = [];
    private volatile bool _isClean = true;

    public async Task<int> RunAsync()
    {
        // TERM and QUIT are blocked; HUP and INT stop it. HUP does not reload.
        foreach (var (signal, ends) in (IEnumerable<(PosixSignal, bool)>)
            [(PosixSignal.SIGTERM, false), (PosixSignal.SIGQUIT, false), (PosixSignal.SIGHUP, true), (PosixSignal.SIGINT, true)])
        {
            _signals.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                if (ends)
                {
                    _ending.Cancel();
                }
            }));
        }
        if (Start() is not { } started)
        {
            return 1;
        }
        var (state, files, control, watch) = started;
        if (options.PidFile is { } pidFile)
        {
            await File.WriteAllTextAsync(pidFile, $"{Environment.ProcessId}\n");
        }
        await log.WriteLineAsync($"started, {state.Servers.Count} servers listed, generation {state.Active.Revision}");
        var loops = new[]
        {
            Task.Factory.StartNew(() => Follow(state, watch), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default),
            new RingLoop(state, options.Traffic, log).RunAsync(_ending.Token),
            control.RunAsync(_ending.Token),
        };
        await Task.WhenAll(loops);
        if (_isClean)
        {
            await Task.Delay(options.StopTime);
        }
        if (options.PidFile is { } written)
        {
            File.Delete(written);
        }
        files.Delete();
        await log.WriteLineAsync("ended");
        return 0;
    }

    public void Dispose()
    {
        _signals.ForEach(signal => signal.Dispose());
        _ending.Dispose();
    }

    private (SlaveState State, StateFiles Files, ControlPort Control, FileWatch Watch)? Start()
    {
        try
        {
            var configuration = ChmpxConfiguration.Load(options.ConfigurationFile, options.ControlPort, options.Cuk);
            var self = configuration.FindSelf() ?? throw new FormatException("Could not get self node information");
            if (configuration.Group.Length == 0 || (configuration.IdType == "CUSTOM" && self.Seed.Length == 0))
            {
                throw new FormatException("GROUP or the own CUSTOM_ID_SEED is empty");
            }
            if (!OwnNames.Contain(self.Name, options.HostNames))
            {
                throw new FormatException($"Could not get self node information: {self.Name} is neither a name nor an address of this host");
            }
            var queues = MessageQueues.Of(configuration);
            if (queues.Server + queues.Client > options.MessageLimit)
            {
                throw new FormatException($"MAXMQSERVER + MAXMQCLIENT is {queues.Server + queues.Client}, fs.mqueue.msg_max is {options.MessageLimit}");
            }
            CheckKeys(self.Tls.SlaveCertificate, self.Tls.SlaveKey);
            var watch = FileWatch.TryStart(options.ConfigurationFile) ?? throw new FormatException("Could not watch file");
            var state = new SlaveState(configuration, self, new AheadTime(options.ClockAhead));
            var files = new StateFiles(options.StateDirectory, $"{configuration.Group}-{self.ControlPort}");
            var control = new ControlPort(state, files, () => ReadForCaller(state), log);
            files.Create();
            return (state, files, control, watch);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException or SocketException or CryptographicException)
        {
            log.WriteLine($"ERROR: Could not initialize process: {e.Message}");
            return null;
        }
    }

    // A certificate and its key must be readable and belong together.
    private static void CheckKeys(string certificate, string key)
    {
        if (certificate.Length > 0 && key.Length > 0)
        {
            using var pair = X509Certificate2.CreateFromPemFile(certificate, key);
        }
    }

    private void Follow(SlaveState state, FileWatch? watch)
    {
        while (!_ending.IsCancellationRequested && watch is not null)
        {
            var events = watch.Wait(TimeSpan.FromMilliseconds(200));
            if (events == FileEvents.None)
            {
                continue;
            }
            _ending.Token.WaitHandle.WaitOne(options.NoticeTime);
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
        if (TryRead() is { } next)
        {
            log.WriteLine(state.Take(next)
                ? $"took generation {next.Revision}, {next.Servers.Count} servers listed"
                : $"read generation {next.Revision} again: not changed, or not to be changed without a restart");
        }
    }

    private void ReadForCaller(SlaveState state)
    {
        if (TryRead() is { } next)
        {
            state.Read(next);
        }
    }

    private ChmpxConfiguration? TryRead()
    {
        if (!File.Exists(options.ConfigurationFile))
        {
            return null;
        }
        try
        {
            return ChmpxConfiguration.Load(options.ConfigurationFile, options.ControlPort, options.Cuk);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            // An invalid file is fatal: chmpx exits, with code 0.
            log.WriteLine($"ERROR: Failed to load configuration, thus this is fatal error: {e.Message}");
            _isClean = false;
            _ending.Cancel();
            return null;
        }
    }
}
