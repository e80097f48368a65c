using System.Diagnostics;
using System.Runtime.InteropServices;
using SlaveAgent.Sandbox.Chmpx;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Conformance;

/// <summary>A slave's chmpx and the servers around it: the stand-in with stand-ins, or the real one with real ones. A test says the same to both.</summary>
internal abstract partial class ChmpxUnderTest : IAsyncDisposable
{
    private const int AtWorkingDirectory = -100;
    private const uint Exchange = 2;

    // For a machine at its worst, never part of a promise.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // A control port request before chmpx has noticed a change makes it miss the reload, so none is sent for this time: 30 times as long as it takes.
    private static readonly TimeSpan Unnoticed = TimeSpan.FromMilliseconds(1500);

    private readonly TempDirectory _directory = new();
    private Process? _process;
    private DateTime _changed;

    public static string[] Kinds => ["the stand-in", "the real one"];

    public string Group { get; } = $"probe{Random.Shared.Next(100000, 999999)}";

    public string File => Path.Combine(_directory.Path, "k2hdkc.ini");

    public abstract string StateDirectory { get; }

    public string SharedMemoryFile => Path.Combine(StateDirectory, $"{Group}-{ControlPort}.chmpx");

    public abstract int ControlPort { get; }

    /// <summary>The CUKs of the servers that are there now.</summary>
    public abstract IReadOnlyList<string> Servers { get; }

    public bool IsRunning => _process is { HasExited: false };

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected string Directory => _directory.Path;

    protected abstract string SlaveName { get; }

    /// <summary>With so many servers in one ring, none of which admits the slave yet. Skips the test where the real one cannot be had.</summary>
    public static async Task<ChmpxUnderTest> CreateAsync(string kind, int servers = 0)
    {
        ChmpxUnderTest chmpx = kind == Kinds[0] ? await StandInUnderTest.CreateAsync() : await RealUnderTest.CreateAsync(servers);
        for (var server = 0; server < servers; server++)
        {
            await chmpx.AddServerAsync(admits: false);
        }
        await chmpx.ServersSettledAsync();
        return chmpx;
    }

    /// <summary>A file that chmpx accepts. Without servers its only one is nowhere.</summary>
    public string Ini(int generation, string more = "")
    {
        var sections = Servers.Count == 0
            ? Section("SVRNODE", "nowhere", "PORT = 1\nCTLPORT = 2\nCUK = cuk-nowhere\nCUSTOM_ID_SEED = nowhere\nENDPOINTS = 127.0.0.1:1")
            : string.Concat(Enumerable.Range(0, Servers.Count).Select(ServerSection));
        return $"""
            [GLOBAL]
            FILEVERSION = {generation}
            DATE = Thu, 28 May 2020 04:56:20 +0000
            GROUP = {Group}
            MODE = SLAVE
            CHMPXIDTYPE = CUSTOM
            DELIVERMODE = hash
            MAXCHMPX = 32
            REPLICA = 1
            MAXMQSERVER = 2
            MAXMQCLIENT = 8
            MQPERATTACH = 1
            MAXQPERSERVERMQ = 1
            MAXQPERCLIENTMQ = 1
            MAXMQPERCLIENT = 2
            SELFCTLPORT = {ControlPort}
            SELFCUK = cuk-slave
            RWTIMEOUT = 10000
            RETRYCNT = 500
            CONTIMEOUT = 1000
            SOCKTHREADCNT = 2
            MQTHREADCNT = 2
            MAXSOCKPOOL = 2
            SSL = no
            K2HFULLMAP = on
            K2HMASKBIT = 4
            K2HCMASKBIT = 4
            K2HMAXELE = 4

            {sections}{SlaveSection()}{more}
            """;
    }

    /// <summary>Entries of other slaves, with names that this host can look up.</summary>
    public static string OtherSlaves(int count) => string.Concat(Enumerable.Range(1, count)
        .Select(number => Section("SLVNODE", $"other{number}", $"CTLPORT = 8031\nCUK = cuk-other{number}\nCUSTOM_ID_SEED = other{number}")));

    /// <summary>A file beside the configuration; its path.</summary>
    public string Put(string name, string text) => _directory.Put(name, text);

    public void Write(string text) => System.IO.File.WriteAllText(File, text);

    /// <summary>A new file, renamed over the old one.</summary>
    public void Replace(string text)
    {
        System.IO.File.WriteAllText(File + ".new", text);
        System.IO.File.Move(File + ".new", File, overwrite: true);
        Changed();
    }

    /// <summary>chmpx is to notice something, and is not asked before it can have done so.</summary>
    public void Changed() => _changed = DateTime.UtcNow;

    /// <summary>A new file changes places with the old one, which is then unlinked.</summary>
    public void ReplaceByExchange(string text)
    {
        System.IO.File.WriteAllText(File + ".new", text);
        Assert.True(RenameAt2(AtWorkingDirectory, File + ".new", AtWorkingDirectory, File, Exchange) == 0, "the file system cannot exchange two files");
        System.IO.File.Delete(File + ".new");
        Changed();
    }

    /// <param name="clockAhead">By how many seconds the slave's clock is ahead of the servers'.</param>
    public void Start(string umask = "022", int clockAhead = 0)
    {
        _process?.Dispose();
        string[] command = ["-c", $"umask {umask}; exec \"$@\"", "sh", .. Command(clockAhead)];
        _process = Process.Start(new ProcessStartInfo("/bin/sh", command) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Directory })!;
        // Nobody reads what it says, but it must not wait for a reader.
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Starts it and waits until it answers.</summary>
    public async Task<ChmpxView> RunAsync(string umask = "022", int clockAhead = 0)
    {
        Start(umask, clockAhead);
        return await UntilAsync(_ => true, "it answers");
    }

    public async Task RestartAsync(int clockAhead = 0)
    {
        await SignalAsync("HUP");
        await ExitCodeAsync();
        await RunAsync(clockAhead: clockAhead);
    }

    public async Task<int> ExitCodeAsync()
    {
        await _process!.WaitForExitAsync(Cancel).WaitAsync(Limit, Cancel);
        return _process.ExitCode;
    }

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("/bin/kill", [$"-{signal}", $"{_process!.Id}"]);
        await kill.WaitForExitAsync(Cancel);
    }

    /// <summary>The answer on the slave's own control port, asked from its own 127.0.0.1.</summary>
    public abstract Task<string?> AskAsync(string command);

    public abstract Task<string?> AskServerAsync(int server, string command);

    /// <summary>The server's own configuration lists the slave from now on.</summary>
    public abstract Task AdmitAsync(int server);

    /// <summary>One more server joins the ring, which admits the slave if so wished.</summary>
    public abstract Task AddServerAsync(bool admits);

    /// <summary>The power of all servers goes, without FIN or RST, and as many others that admit the slave take their place in another ring.</summary>
    public abstract Task ReplaceServersAsync();

    /// <summary>All connections between slave and servers end, while the servers stay as they are.</summary>
    public abstract Task LoseConnectionsAsync();

    /// <summary>How often names were looked up until now.</summary>
    public abstract int CountLookups();

    public async Task<ChmpxView?> ViewAsync() => await AskAsync("DUMP") is { } dump ? ControlPortClient.Read(dump) : null;

    public async Task<ChmpxView> UntilAsync(Predicate<ChmpxView> condition, string what)
    {
        ChmpxView? last = null;
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Limit; await Task.Delay(50, Cancel))
        {
            Assert.True(IsRunning, $"it ended before {what}");
            if (DateTime.UtcNow - _changed < Unnoticed)
            {
                continue;
            }
            last = await ViewAsync();
            if (last is not null && condition(last))
            {
                return last;
            }
        }
        throw new TimeoutException($"{what}: never came about; last seen: {last} {string.Join(", ", last?.Servers ?? [])}");
    }

    /// <summary>Looks several times longer than chmpx takes between two tries.</summary>
    public async Task<ChmpxView> StaysAsync(Predicate<ChmpxView> condition, string what)
    {
        var view = await UntilAsync(_ => true, what);
        for (var look = 0; look < 5; look++)
        {
            Assert.True(condition(view), $"not so: {what}; seen: {view} {string.Join(", ", view.Servers)}");
            await Task.Delay(200, Cancel);
            view = await UntilAsync(_ => true, what);
        }
        return view;
    }

    public virtual async ValueTask DisposeAsync()
    {
        if (IsRunning)
        {
            _process!.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }
        _process?.Dispose();
        _directory.Dispose();
    }

    protected static string Section(string kind, string name, string keys) => $"[{kind}]\nNAME = {name}\n{keys}\n\n";

    protected abstract string ServerSection(int server);

    // As DBaaS's template has it: without endpoints and peers.
    protected string SlaveSection() => Section("SLVNODE", SlaveName, $"CTLPORT = {ControlPort}\nCUK = cuk-slave\nCUSTOM_ID_SEED = slave");

    protected abstract IReadOnlyList<string> Command(int clockAhead);

    protected virtual Task ServersSettledAsync() => Task.CompletedTask;

    [LibraryImport("libc.so.6", EntryPoint = "renameat2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt2(int oldDirectory, string oldPath, int newDirectory, string newPath, uint flags);
}
