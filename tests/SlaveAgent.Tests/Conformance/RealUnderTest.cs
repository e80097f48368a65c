using System.Diagnostics;

namespace SlaveAgent.Tests.Conformance;

/// <summary>
/// The real chmpx among real servers (chmpx in server mode; without k2hdkc, since only connections are looked at), each in
/// namespaces of its own on a bridge that nothing else can reach.
/// </summary>
internal sealed class RealUnderTest : ChmpxUnderTest
{
    private readonly RealNodes _nodes;
    private readonly List<int> _servers = [];
    private readonly HashSet<int> _admitting = [];
    private readonly Dictionary<int, Process> _running = [];
    private readonly int _capacity;
    private readonly OpenCount _hosts;
    private int _generation;
    private int _next;

    private RealUnderTest(int capacity)
    {
        _capacity = capacity;
        _nodes = new(Directory, capacity);
        _hosts = new(Path.Combine(Directory, "slave", "hosts"));
    }

    /// <summary>Gives a program another clock; null where it is not installed. Its own program would start chmpx as a child, out of a signal's reach.</summary>
    public static string? ClockLibrary { get; } = System.IO.Directory.GetDirectories("/usr/lib", "*-linux-gnu")
        .Select(libraries => Path.Combine(libraries, "faketime", "libfaketimeMT.so.1")).FirstOrDefault(System.IO.File.Exists);

    public override int ControlPort => 8031;

    public override string StateDirectory => Path.Combine(Directory, "slave", "var");

    public override IReadOnlyList<string> Servers => [.. _servers.Select(server => $"cuk-svr{server}")];

    protected override string SlaveName => "slave";

    public static async Task<RealUnderTest> CreateAsync(int servers)
    {
        RealNodes.Require();
        // As many again, for those that join or replace.
        var chmpx = new RealUnderTest(Math.Max(servers * 2, 1));
        await chmpx._nodes.StartAsync(Cancel);
        chmpx._hosts.Start();
        return chmpx;
    }

    public override async Task<string?> AskAsync(string command) => await _nodes.AskAsync("slave", ControlPort, command, Cancel) is { Length: > 0 } answer ? answer : null;

    public override async Task<string?> AskServerAsync(int server, string command) => await _nodes.AskAsync($"svr{_servers[server]}", 8021, command, Cancel);

    public override async Task AdmitAsync(int server)
    {
        _admitting.Add(_servers[server]);
        await WriteAsync(_servers[server], _servers);
    }

    public override async Task AddServerAsync(bool admits)
    {
        var server = _next++;
        Assert.True(server < _capacity, "no more nodes were made");
        _servers.Add(server);
        if (admits)
        {
            _admitting.Add(server);
        }
        foreach (var known in _servers)
        {
            await WriteAsync(known, _servers);
        }
        await StartServerAsync(server);
    }

    public override async Task ReplaceServersAsync()
    {
        var old = _servers.ToList();
        foreach (var server in old)
        {
            await _nodes.RunAsync($"svr{server}", "ip link set eth0 down", Cancel);
            _running[server].Kill();
        }
        _servers.Clear();
        foreach (var _ in old)
        {
            await AddServerAsync(admits: true);
        }
        await ServersSettledAsync();
    }

    public override async Task LoseConnectionsAsync()
    {
        var before = await _nodes.RunAsync("slave", "ss -tnH dport = 8020; ss -K dport = 8020 > /dev/null", Cancel);
        var after = await _nodes.RunAsync("slave", "ss -tnH dport = 8020", Cancel);
        Assert.SkipWhen(before.Split('\n', StringSplitOptions.RemoveEmptyEntries).Intersect(after.Split('\n')).Any(), "connections of the real chmpx cannot be ended here: ss -K needs CONFIG_INET_DIAG_DESTROY");
    }

    public override int CountLookups() => _hosts.Count;

    public override async ValueTask DisposeAsync()
    {
        foreach (var server in _running.Values.Where(server => !server.HasExited))
        {
            server.Kill();
            await server.WaitForExitAsync(CancellationToken.None);
        }
        _hosts.Dispose();
        await _nodes.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override string ServerSection(int server) => ServerSectionOf(_servers[server]);

    protected override IReadOnlyList<string> Command(int clockAhead) =>
        _nodes.Enter("slave", [.. clockAhead == 0 ? (string[])[] : ["env", $"LD_PRELOAD={ClockLibrary}", $"FAKETIME=+{clockAhead}s", "DONT_FAKE_MONOTONIC=1"], "chmpx", "-conf", File, "-d", "silent"]);

    protected override async Task ServersSettledAsync()
    {
        // All of a ring know each other to be up.
        for (var server = 0; server < _servers.Count; server++)
        {
            var waited = Stopwatch.StartNew();
            while (await AskServerAsync(server, "ALLSTATUS") is not { } status || status.Split("][UP]").Length - 1 < _servers.Count)
            {
                Assert.True(waited.Elapsed < TimeSpan.FromSeconds(40), "the real servers do not make a ring");
                await Task.Delay(100, Cancel);
            }
        }
    }

    private static string ServerSectionOf(int server) => Section("SVRNODE", $"svr{server}",
        $"PORT = 8020\nCTLPORT = 8021\nCUK = cuk-svr{server}\nCUSTOM_ID_SEED = svr{server}\nENDPOINTS = {RealNodes.AddressOf(server)}:8020\nCTLENDPOINTS = {RealNodes.AddressOf(server)}:8021\nREVERSE_PEERS = {RealNodes.AddressOf(server)}");

    private async Task StartServerAsync(int server)
    {
        var start = _nodes.Enter($"svr{server}", ["chmpx", "-conf", FileOf(server), "-d", "silent"]);
        _running[server] = Process.Start(new ProcessStartInfo(start[0], start.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _running[server].OutputDataReceived += (_, _) => { };
        _running[server].ErrorDataReceived += (_, _) => { };
        _running[server].BeginOutputReadLine();
        _running[server].BeginErrorReadLine();
        var waited = Stopwatch.StartNew();
        while (await _nodes.AskAsync($"svr{server}", 8021, "VERSION", Cancel) is not { Length: > 0 })
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(40) && !_running[server].HasExited, $"the real server {server} does not come up");
            await Task.Delay(50, Cancel);
        }
    }

    private string FileOf(int server) => Path.Combine(Directory, $"svr{server}", "server.ini");

    // A server's own configuration: itself, the others, and the slave once it is admitted; until then the template's dummy.
    private async Task WriteAsync(int server, IEnumerable<int> ring)
    {
        var slave = _admitting.Contains(server) ? SlaveSection() : Section("SLVNODE", "127.0.0.1", $"CTLPORT = {ControlPort}\nCUK = dummy_cuk\nCUSTOM_ID_SEED = dummy");
        var text = Ini(++_generation)
            .Replace("MODE = SLAVE", "MODE = SERVER", StringComparison.Ordinal)
            .Replace($"SELFCTLPORT = {ControlPort}", "SELFCTLPORT = 8021", StringComparison.Ordinal)
            .Replace("SELFCUK = cuk-slave", $"SELFCUK = cuk-svr{server}", StringComparison.Ordinal);
        text = text[..text.IndexOf("[SVRNODE]", StringComparison.Ordinal)] + string.Concat(ring.Select(ServerSectionOf)) + slave;
        await System.IO.File.WriteAllTextAsync(FileOf(server) + ".new", text, Cancel);
        System.IO.File.Move(FileOf(server) + ".new", FileOf(server), overwrite: true);
        if (_running.ContainsKey(server))
        {
            // Asked by a server, so that it does not read the file outside its watch.
            var waited = Stopwatch.StartNew();
            do
            {
                Assert.True(waited.Elapsed < TimeSpan.FromSeconds(40), $"the real server {server} does not follow its file");
                await Task.Delay(300, Cancel);
            }
            while (await _nodes.AskAsync($"svr{server}", 8021, "DUMP", Cancel) is not { } dump
                || !dump.Contains($"cfg_revision       = {_generation}\n", StringComparison.Ordinal));
        }
    }
}
