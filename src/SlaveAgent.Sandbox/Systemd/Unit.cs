using System.Diagnostics;
using SlaveAgent.Sandbox.HostTools;

namespace SlaveAgent.Sandbox.Systemd;

/// <summary>One unit and its process, which is restarted shortly after it exits by itself, as with Restart=always.</summary>
internal sealed class Unit(string name, HostLayout layout, TimeSpan restartDelay, Action<string, string> report) : IDisposable
{
    private const int KeptLines = 50;

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _changing = new(1);
    private readonly Queue<string> _lines = new();
    private Process? _process;
    private Process? _expected;
    private CancellationTokenSource? _restarting;
    private int _restarts;
    private int? _lastExitCode;
    private TimeSpan? _startedAt;
    private UnitFile? _loaded;
    private string _loadedFrom = "";

    public UnitState State { get; private set; } = UnitState.Inactive;

    /// <summary>As systemd's Result: <c>success</c>, <c>exit-code</c>, or <c>resources</c> for what could not be prepared.</summary>
    public string Result { get; private set; } = "success";

    /// <summary>When its last start began, by the clock that runs since the boot; null before the first.</summary>
    public TimeSpan? CheckedAt { get; private set; }

    public bool IsOneshot => _loaded?.IsOneshot ?? (Exists && UnitFile.Read(Path).IsOneshot);

    public string Path { get; } = System.IO.Path.Combine(layout.UnitDirectory, name);

    public bool Exists => File.Exists(Path);

    /// <summary>Its file or a drop-in was changed since it was loaded, and is not in force before the next <see cref="Reload"/>.</summary>
    public bool NeedsReload => _loaded is not null && Fingerprint() != _loadedFrom;

    private string WantsLink => System.IO.Path.Combine(layout.WantsDirectory, name);

    public bool IsEnabled => new FileInfo(WantsLink).LinkTarget is not null;

    public UnitStatus Status
    {
        get
        {
            lock (_lines)
            {
                return new(name, State, IsEnabled, _process is { HasExited: false } running ? running.Id : 0, _restarts, _lastExitCode, _startedAt, [.. _lines]);
            }
        }
    }

    public void Enable()
    {
        Directory.CreateDirectory(layout.WantsDirectory);
        if (!IsEnabled)
        {
            File.CreateSymbolicLink(WantsLink, Path);
        }
    }

    /// <summary>Reads its files again.</summary>
    public void Reload()
    {
        _loaded = null;
        if (Exists)
        {
            Loaded();
        }
    }

    public void Disable() => File.Delete(WantsLink);

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            // A stop may have cancelled the restart.
            cancellationToken.ThrowIfCancellationRequested();
            if (State is not UnitState.Active && !(State == UnitState.Activating && Loaded().IsOneshot))
            {
                Spawn(Loaded());
                report(name, "started");
            }
        }
        finally
        {
            _changing.Release();
        }
    }

    public async Task StopAsync()
    {
        await _changing.WaitAsync();
        try
        {
            if (_restarting is { } pending)
            {
                await pending.CancelAsync();
            }
            if (State is UnitState.Inactive or UnitState.Failed)
            {
                State = UnitState.Inactive;
                return;
            }
            State = UnitState.Deactivating;
            if (_process is { HasExited: false } running)
            {
                await EndAsync(running);
            }
            State = UnitState.Inactive;
            report(name, "stopped");
        }
        finally
        {
            _changing.Release();
        }
    }

    public void Dispose()
    {
        _restarting?.Dispose();
        _process?.Dispose();
        _changing.Dispose();
    }

    /// <summary>The files that the unit is loaded from, with the times of their last change.</summary>
    private string Fingerprint()
    {
        var dropIns = System.IO.Path.Combine(layout.Root, "etc/systemd/system", $"{name}.d");
        var files = Directory.Exists(dropIns) ? Directory.EnumerateFiles(dropIns).Order(StringComparer.Ordinal).Prepend(Path) : [Path];
        return string.Join('\n', files.Select(file => $"{file} {File.GetLastWriteTimeUtc(file):O}"));
    }

    private UnitFile Loaded()
    {
        if (_loaded is null)
        {
            _loadedFrom = Fingerprint();
            _loaded = UnitFile.Read(Path);
        }
        return _loaded;
    }

    private async Task EndAsync(Process running)
    {
        var signal = Exists ? Loaded().KillSignal : "SIGTERM";
        ProcessSignal.Send(running.Id, signal);
        using var timeout = new CancellationTokenSource(StopTimeout);
        try
        {
            await running.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            Log($"State 'stop-{signal}' timed out. Killing.");
            running.Kill();
            await running.WaitForExitAsync(CancellationToken.None);
        }
    }

    private void Spawn(UnitFile file)
    {
        // A oneshot has started once it has ended.
        State = file.IsOneshot ? UnitState.Activating : UnitState.Active;
        CheckedAt = TimeProvider.System.GetElapsedTime(0);
        IReadOnlyDictionary<string, string> variables = new Dictionary<string, string>();
        if (file.EnvironmentFile is { } environment)
        {
            if (!File.Exists(environment))
            {
                Log($"Failed to load environment files: {environment}: No such file or directory");
                (State, Result) = (UnitState.Failed, "resources");
                return;
            }
            variables = EnvironmentFile.Read(File.ReadAllText(environment));
        }
        Result = "success";
        _startedAt = TimeProvider.System.GetElapsedTime(0);
        // A timer has nothing to run.
        if (file.ExecStart is not [var program, .. var arguments])
        {
            return;
        }
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = layout.Root };
        start.Environment["PATH"] = layout.SearchPath;
        foreach (var (variable, value) in variables)
        {
            start.Environment[variable] = value;
        }
        var started = new Process { StartInfo = start, EnableRaisingEvents = true };
        started.OutputDataReceived += (_, line) => Log(line.Data);
        started.ErrorDataReceived += (_, line) => Log(line.Data);
        started.Exited += (_, _) => Ended(started, file);
        // It may exit before Start returns.
        _expected = started;
        try
        {
            started.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Log($"Failed to execute {program}: {e.Message}");
            (State, Result) = (UnitState.Failed, "exit-code");
            started.Dispose();
            return;
        }
        started.BeginOutputReadLine();
        started.BeginErrorReadLine();
        _process = started;
    }

    private void Ended(Process ended, UnitFile file)
    {
        _lastExitCode = ended.ExitCode;
        if (State is UnitState.Deactivating or UnitState.Inactive || ended != _expected)
        {
            return;
        }
        report(name, $"exited with {ended.ExitCode}");
        Log($"Main process exited, status={ended.ExitCode}");
        if (!file.Restarts)
        {
            (State, Result) = ended.ExitCode == 0 ? (UnitState.Inactive, "success") : (UnitState.Failed, "exit-code");
            if (file.IsOneshot && ended.ExitCode == 0 && !IsEnabled)
            {
                // systemd forgets what nothing refers to: that it ran is not known any more.
                (_lastExitCode, _startedAt, CheckedAt) = (null, null, null);
            }
            return;
        }
        State = UnitState.Activating;
        _restarting = new();
        _ = RestartAsync(_restarting.Token);
    }

    private async Task RestartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(restartDelay, cancellationToken);
            _restarts++;
            await StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // Stopped before it was started again.
        }
    }

    private void Log(string? line)
    {
        if (line is null)
        {
            return;
        }
        lock (_lines)
        {
            _lines.Enqueue(line);
            if (_lines.Count > KeptLines)
            {
                _lines.Dequeue();
            }
        }
    }
}
