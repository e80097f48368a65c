using System.Globalization;
using System.Text;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

/// <summary>What the agent accepts and writes, given to the real chmpx; skipped where there is none.</summary>
public sealed class RealChmpxTests(ITestOutputHelper output)
{
    private const int AtOnce = 4;

    private static readonly HostFiles Files = HostFiles.Of(new HostRoot("/"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_real_chmpx_starts_with_an_accepted_file_and_shows_its_generation()
    {
        RealChmpx.Require();
        var (group, port) = RealChmpx.Identity();
        using var directory = new TempDirectory();
        var file = directory.Put("slave.ini", Accepted(RealChmpx.Slave(group, port), 77)!);
        await using var chmpx = RealChmpx.Start(file, group, port);
        Assert.True(await chmpx.ComesUpAsync(Cancel));
        var view = await chmpx.ShowAsync(Cancel);
        Assert.Equal(77, view.Revision);
        Assert.Equal([new NodeKey("cuk-svr1", 2), new NodeKey("cuk-svr2", 4)], view.Servers.Select(s => s.Key).Order(Comparer<NodeKey>.Create((a, b) => a.ControlPort - b.ControlPort)));
        Assert.All(view.Servers, server => Assert.False(server.IsConnected));
    }

    [Theory]
    [InlineData("[SVRNODE]", "[OTHER]")]
    [InlineData("DELIVERMODE = hash\n", "")]
    [InlineData("CUSTOM_ID_SEED = slv1", "CUSTOM_ID_SEED =")]
    public async Task What_is_refused_here_the_real_chmpx_ends_on(string old, string now)
    {
        RealChmpx.Require();
        var (group, port) = RealChmpx.Identity();
        using var directory = new TempDirectory();
        var text = RealChmpx.Slave(group, port).Replace(old, now, StringComparison.Ordinal);
        Assert.Null(Accepted(text, 1));
        await using var chmpx = RealChmpx.Start(directory.Put("slave.ini", text), group, port);
        Assert.False(await chmpx.ComesUpAsync(Cancel));
    }

    [Fact]
    public async Task An_own_entry_that_a_predecessor_would_overwrite_is_written_so_that_the_real_chmpx_starts()
    {
        RealChmpx.Require();
        var (group, port) = RealChmpx.Identity();
        using var directory = new TempDirectory();
        var text = RealChmpx.Slave(group, port) + $"\n[SLVNODE]\nNAME = 127.0.0.1\nCTLPORT = {port}\nCUK = gone\nCUSTOM_ID_SEED = gone\n";
        await using var chmpx = RealChmpx.Start(directory.Put("slave.ini", Accepted(text, 1)!), group, port);
        Assert.True(await chmpx.ComesUpAsync(Cancel));
    }

    [Fact]
    public async Task Every_changed_file_that_is_accepted_here_the_real_chmpx_accepts()
    {
        RealChmpx.Require();
        var count = int.Parse(Environment.GetEnvironmentVariable("SLAVE_AGENT_MUTANTS") ?? "60", CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("SLAVE_AGENT_SEED") ?? "20261122", CultureInfo.InvariantCulture);
        var random = new Random(seed);
        var mutants = Enumerable.Range(0, count).Select(_ =>
        {
            var (group, port) = RealChmpx.Identity();
            return (Group: group, Port: port, Text: Mutate(RealChmpx.Slave(group, port), port, random));
        }).ToList();

        using var directory = new TempDirectory();
        var refused = new StringBuilder();
        var started = 0;
        await Parallel.ForEachAsync(mutants, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancel }, async (mutant, cancel) =>
        {
            if (Accepted(mutant.Text, 5) is not { } text || !IsStillItself(text, mutant.Group, mutant.Port))
            {
                return;
            }

            Interlocked.Increment(ref started);
            await using var chmpx = RealChmpx.Start(directory.Put($"{mutant.Group}.ini", text), mutant.Group, mutant.Port);
            if (!await chmpx.ComesUpAsync(cancel))
            {
                lock (refused)
                {
                    refused.AppendLine(CultureInfo.InvariantCulture, $"--- accepted here, ended by chmpx:\n{text}");
                }
            }
        });
        output.WriteLine($"seed {seed}: {count} changed files, {started} accepted and given to chmpx");
        Assert.True(refused.Length == 0, $"seed {seed}\n{refused}");
        Assert.True(started > count / 10, $"seed {seed}: only {started} of {count} were accepted, which proves little");
    }

    /// <summary>The text as the agent would write it, or null when it would not.</summary>
    private static string? Accepted(string text, int generation) =>
        ConfigurationPlan.Make(text, "cuk-slv1", Files) is ConfigurationPlan.Usable plan ? IniWriter.Write(plan.Ini, generation) : null;

    // Another group or port could meet a neighbour's; another own name is for the host's resolver to judge, not for a reader of files.
    private static bool IsStillItself(string text, string group, int port)
    {
        var ini = IniReader.Read(text);
        return ini.Global("GROUP") == group && ini.ControlPort == port && ini.Slaves.Any(s => s["NAME"] == "127.0.0.1" && ini.KeyOf(s) == new NodeKey("cuk-slv1", port));
    }

    private static string Mutate(string text, int port, Random random)
    {
        for (var times = random.Next(1, 4); times > 0; times--)
        {
            var lines = text.Split('\n').ToList();
            var at = random.Next(lines.Count);
            switch (random.Next(7))
            {
                case 0:
                    lines.RemoveAt(at);
                    break;
                case 1:
                    lines.Insert(random.Next(lines.Count), lines[at]);
                    break;
                case 2:
                    lines.Insert(at, Pick(random, Lines).Replace("{port}", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
                    break;
                case 3 when lines[at].Contains('=', StringComparison.Ordinal):
                    lines[at] = $"{lines[at].Split('=')[0]}= {Pick(random, Values)}";
                    break;
                case 4 when lines[at].Contains('=', StringComparison.Ordinal):
                    lines[at] = $"{lines[at].Split('=')[0]}= {string.Format(CultureInfo.InvariantCulture, Pick(random, Writings), lines[at].Split('=')[1].Trim())}";
                    break;
                case 5:
                    lines[at] = lines[at].Insert(random.Next(lines[at].Length + 1), Pick(random, Characters));
                    break;
                default:
                    (lines[at], var other) = (lines[random.Next(lines.Count)], lines[at]);
                    lines.Insert(random.Next(lines.Count), other);
                    break;
            }

            text = string.Join('\n', lines);
        }

        return text;
    }

    private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];

    private static readonly string[] Characters = ["#", " #", "\"", "'", "\\", "=", "[", "]", " ", "\t", "\r", "x", "9", "\u00a0", "é", "\\#", "\\ #", "\f", "\v", "-"];

    private static readonly string[] Writings = ["'{0}'", "\"{0}\"", "{0} # note", "{0}#note", "\\{0}", "{0}\\#", "{0} \\#", "{0}\\ #x", "{0}\u00a0#x", "''{0}", "{0}\"\"", "\"{0}\\a\""];

    private static readonly string[] Values =
        ["", "0", "1", "-1", "2", "15", "31", "32767", "32768", "2147483647", "4294967296", "1x", "on", "yes", "NO", "true", "hash", "random", "NULL", "127.0.0.1", "localhost", "/", "/etc/passwd", "name", "CUK", "cuk-slv1", ".*"];

    private static readonly string[] Lines =
    [
        "[GLOBAL]", "[SVRNODE]", "[SLVNODE]", "[K2HDKC]", "[svrnode]", "# note", "; note", "INCLUDE = /etc/passwd", "KEY", "= value", "SSL = yes", "SSL = no",
        "SSL_VERIFY_PEER = yes", "SSL_VERIFY_PEER = no", "CAPATH = /etc", "CAPATH = NULL", "SERVER_CERT = /etc/passwd", "SERVER_PRIKEY = /etc/passwd", "SLAVE_CERT = /etc/passwd",
        "SLAVE_PRIKEY = /etc/passwd", "SSL_MIN_VER = tlsv1.2", "SSL_MIN_VER = default", "NSSDB_DIR = /etc", "CHMPXIDTYPE = NAME", "CHMPXIDTYPE = CUK", "CHMPXIDTYPE = CTLENDPOINTS",
        "CTLENDPOINTS = 127.0.0.1:5", "ENDPOINTS = 127.0.0.1:5,,x:y", "FORWARD_PEERS = 127.0.0.1", "REVERSE_PEERS = [", "CTLPORT = 9", "PORT = 9", "K2HMASKBIT = 20", "K2HCMASKBIT = 0", "MAXHISTLOG = 10",
        "MERGETIMEOUT = 1", "REPLICA = 400", "MAXSOCKPOOL = 9000", "SOCKTHREADCNT = 0", "CUK = other", "NAME = 127.0.0.9", "NAME = 127.0.0.[1-3]", "CUSTOM_ID_SEED = svr1", "DELIVERMODE = random",
    ];
}
