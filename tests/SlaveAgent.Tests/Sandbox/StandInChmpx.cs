using System.Diagnostics;
using SlaveAgent.Sandbox;
using SlaveAgent.Sandbox.Chmpx;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Sandbox;

/// <summary>The stand-in chmpx as a separate process, with its file in a temporary directory.</summary>
internal sealed class StandInChmpx : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan DetectionDelay = TimeSpan.FromMilliseconds(500);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("standin-");
    private readonly ReservedPort _controlPort = ReservedPort.Take();
    private Process? _process;

    public string File => Path.Combine(_directory.FullName, "k2hdkc.ini");

    public string StateDirectory => Path.Combine(_directory.FullName, "state");

    public int ControlPort => _controlPort.Number;

    public int Pid => _process!.Id;

    public string Output { get; private set; } = "";

    /// <summary>A file that chmpx accepts; its only server is unreachable, unless others are given.</summary>
    public string Ini(int generation, string extraServers = "", string group = "probe", string cuk = "cuk-a") =>
        $"""
        [GLOBAL]
        FILEVERSION = {generation}
        DATE = Thu, 28 May 2020 04:56:20 +0000
        GROUP = {group}
        MODE = SLAVE
        CHMPXIDTYPE = CUSTOM
        DELIVERMODE = hash
        SELFCTLPORT = {ControlPort}
        SELFCUK = cuk-a

        [SVRNODE]
        NAME = nowhere
        PORT = 1
        CTLPORT = 2
        CUK = cuk-nowhere
        CUSTOM_ID_SEED = nowhere
        ENDPOINTS = 127.0.0.1:1
        {extraServers}
        [SLVNODE]
        NAME = slave
        CTLPORT = {ControlPort}
        CUK = {cuk}
        CUSTOM_ID_SEED = slave

        """;

    public void Write(string text) => System.IO.File.WriteAllText(File, text);

    /// <summary>As the agent does: a new file, renamed over the old one.</summary>
    public void Replace(string text)
    {
        System.IO.File.WriteAllText(File + ".new", text);
        System.IO.File.Move(File + ".new", File, overwrite: true);
    }

    /// <param name="more">Additional options of the stand-in.</param>
    public void Start(params string[] more)
    {
        string[] options = ["chmpx", "-conf", File, "-stoptime", "100", "-statedir", StateDirectory, "-hosts", "slave", .. more];
        _process = Process.Start(new ProcessStartInfo(SandboxProgram.Path, options) { RedirectStandardOutput = true })!;
        _ = Task.Run(async () =>
        {
            while (await _process.StandardOutput.ReadLineAsync() is { } line)
            {
                Output += line + "\n";
            }
        });
    }

    /// <summary>A user's program is attached until this is disposed.</summary>
    public IDisposable Attach(string group = "probe") => new AttachedProgram(Path.Combine(StateDirectory, $"{group}-{ControlPort}.clients"));

    public async Task<int> ExitCodeAsync()
    {
        await _process!.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Timeout, TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public bool IsRunning => _process is { HasExited: false };

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("/bin/kill", [$"-{signal}", $"{Pid}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async Task<ChmpxView> WaitForAsync(Predicate<ChmpxView> condition)
    {
        ChmpxView? last = null;
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Timeout;)
        {
            // A request before it has noticed a change makes it miss the reload.
            var sinceWrite = DateTime.UtcNow - System.IO.File.GetLastWriteTimeUtc(File);
            last = sinceWrite < DetectionDelay ? null : await ControlPortClient.ViewAsync(ControlPort, TestContext.Current.CancellationToken);
            if (last is not null && condition(last))
            {
                return last;
            }
            Assert.True(IsRunning, $"chmpx exited\n{Output}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
        throw new TimeoutException($"last seen: {last}\n{Output}");
    }

    /// <summary>Reads the output, because the control port answers a second late while no server is connected.</summary>
    public Task WaitForGenerationAsync(int generation) => WaitForOutputAsync($"generation {generation}");

    public async Task WaitForOutputAsync(string text)
    {
        for (var waited = Stopwatch.StartNew(); !Output.Contains(text, StringComparison.Ordinal);)
        {
            Assert.True(waited.Elapsed < Timeout, $"no '{text}' in the output\n{Output}");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            _process!.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process?.Dispose();
        _controlPort.Dispose();
        Trees.Remove(_directory.FullName);
    }

    private sealed class AttachedProgram : IDisposable
    {
        private readonly string _file;

        public AttachedProgram(string directory)
        {
            _file = Path.Combine(Directory.CreateDirectory(directory).FullName, "program");
            System.IO.File.WriteAllText(_file, "");
        }

        public void Dispose() => System.IO.File.Delete(_file);
    }
}
