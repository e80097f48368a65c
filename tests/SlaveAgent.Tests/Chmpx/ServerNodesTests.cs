using CsCheck;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

/// <summary>Servers that CUK and control port do not tell apart are told apart by their names, in the configuration and in the ring.</summary>
public sealed class ServerNodesTests
{
    private static readonly IniDocument Nameless = IniReader.Read(
        SampleIni.With(["svr1", "svr2", "svr3"]).Replace("CUK = cuk-svr1\n", "", StringComparison.Ordinal).Replace("CUK = cuk-svr2\n", "", StringComparison.Ordinal).Replace("CUK = cuk-svr3\n", "", StringComparison.Ordinal));

    private static readonly string[] Pieces = ["s[1-3]x", "[a-c]", "[1,2,b]", ",", "a", "-", "[", "]", " ", "9", "[0-0]", "[,]"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Servers_without_a_CUK_are_several_servers() =>
        Assert.Equal([new NodeKey("", 8021, "svr1"), new NodeKey("", 8021, "svr2"), new NodeKey("", 8021, "svr3")], Nameless.ServerNodes.All.Select(node => node.Key));

    [Fact]
    public void Where_the_CUK_tells_them_apart_the_name_which_chmpx_may_show_otherwise_is_no_part_of_the_key()
    {
        var ini = IniReader.Read(SampleIni.Text);
        Assert.Equal([new NodeKey("cuk-svr1", 8021), new NodeKey("cuk-svr2", 8021)], ini.ServerNodes.All.Select(node => node.Key));
        Assert.Equal([new NodeKey("cuk-svr1", 8021)], Keys(ini, Shown("cuk-svr1", 8021, "10.0.0.1")));
    }

    [Fact]
    public void Servers_that_share_one_CUK_are_several_servers_in_the_ring_too()
    {
        var ini = IniReader.Read(SampleIni.Text.Replace("cuk-svr2", "cuk-svr1", StringComparison.Ordinal));
        Assert.Equal(ini.ServerNodes.All.Select(node => node.Key), Keys(ini, Shown("cuk-svr1", 8021, "svr1"), Shown("cuk-svr1", 8021, "svr2")));
        Assert.Equal(2, ini.ServerNodes.All.Length);
    }

    [Fact]
    public void A_name_that_is_a_pattern_is_several_servers_each_with_an_entry_of_its_own_name()
    {
        var ini = IniReader.Read(SampleIni.Text.Replace("NAME = svr1", "NAME = s[1-2][a,b], t", StringComparison.Ordinal));
        Assert.Equal(["s1a", "s1b", "s2a", "s2b", "t", "svr2"], ini.ServerNodes.All.Select(node => node.Name));
        Assert.Equal(new NodeKey("cuk-svr1", 8021, "s2a"), ini.ServerNodes.All[2].Key);
        Assert.Equal([new NodeEndpoint("s2a", 8021)], NodeEndpoints.ControlOf(ini, ini.ServerNodes.All[2].Section));
    }

    [Fact]
    public void A_server_on_this_host_is_shown_under_one_of_the_hosts_names()
    {
        var ini = IniReader.Read(SampleIni.Text.Replace("NAME = svr1\nCUK = cuk-svr1\n", "NAME = 127.0.0.1\n", StringComparison.Ordinal));
        Assert.Equal([new NodeKey("", 8021, "127.0.0.1"), new NodeKey("", 9021, "other")], Keys(ini, Shown("", 8021, "vm.example"), Shown("", 9021, "other")));
    }

    [Fact]
    public void A_server_that_is_listed_again_is_one() =>
        Assert.Equal(2, IniReader.Read(SampleIni.Text + "\n[SVRNODE]\nNAME = svr1\nCUK = cuk-svr1\nCTLPORT = 8021\n").ServerNodes.All.Length);

    [Fact]
    public void The_status_counts_each_of_them()
    {
        var view = Nameless.ServerNodes.Named(View(Shown("", 8021, "svr1"), Shown("", 8021, "svr2") with { IsConnected = false }, Shown("", 8021, "svr4")));
        Assert.Equal(["svr1 connected", "svr2 up", "svr3 absent", "svr4 unlisted"], ServerList.Of(Nameless, view).Select(server => $"{server.Name} {server.State}"));
    }

    [Fact]
    public void A_list_that_loses_most_of_them_is_confirmed_first()
    {
        var one = IniReader.Read(SampleIni.With(["svr1"]).Replace("CUK = cuk-svr1\n", "", StringComparison.Ordinal));
        Assert.True(ShrinkGuard.LosesTooMany(one, Nameless, null));
        Assert.False(ShrinkGuard.LosesTooMany(Nameless, one, null));
        Assert.NotEqual(ShrinkGuard.ClaimOf(one), ShrinkGuard.ClaimOf(Nameless));
    }

    [Fact]
    public void What_a_server_says_of_the_others_is_told_apart_too()
    {
        ReportedServer Reported(string name) => new(name, 8020, 8021, "", true, true, ServerAction.None, ServerOperation.Nothing, false, null, 0, 0);
        var report = Nameless.ServerNodes.Named(new RingStatusReport("ring", [Reported("svr1"), Reported("svr2")]));
        Assert.Equal("svr2", report.FindOnly(new NodeKey("", 8021, "svr2"))?.Name);
    }

    [Fact]
    public void As_many_names_as_are_counted() => Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[1, 6].Select(string.Concat).Sample(
        name => NamePattern.Count(name) is { } count ? NamePattern.Expand(name).Count() == count : NamePattern.Expand(name).Single() == name,
        iter: Iterations.Of(20_000));

    [Fact]
    public async Task The_real_chmpx_shows_the_same_servers()
    {
        RealChmpx.Require();
        var (group, port) = RealChmpx.Identity();
        using var directory = new TempDirectory();
        var text = RealChmpx.Slave(group, port).Replace("CHMPXIDTYPE = CUSTOM", "CHMPXIDTYPE = NAME", StringComparison.Ordinal) + """

            [SVRNODE]
            NAME = Svr1.example
            PORT = 5
            CTLPORT = 6

            [SVRNODE]
            NAME = 10.255.0.1
            PORT = 5
            CTLPORT = 6

            [SVRNODE]
            NAME = p[1-2][a,b], q
            PORT = 5
            CTLPORT = 6
            CUK = same

            [SVRNODE]
            NAME = 127.0.0.1
            PORT = 7
            CTLPORT = 8

            """;
        await using var chmpx = RealChmpx.Start(directory.Put("slave.ini", text), group, port);
        Assert.True(await chmpx.ComesUpAsync(Cancel));
        var ini = IniReader.Read(text);
        var view = await chmpx.ShowAsync(Cancel);
        Assert.Equal(10, ini.ServerNodes.All.Length);
        Assert.Equal(ini.ServerNodes.All.Select(node => node.Key).ToHashSet(), ini.ServerNodes.Named(view).Servers.Select(server => server.Key).ToHashSet());
    }

    [Fact]
    public async Task The_real_chmpx_names_the_kind_of_identity_in_words_of_its_own()
    {
        RealChmpx.Require();
        foreach (var (written, shown) in new[] { ("name", "name"), ("CUK", "cuk"), ("CTLENDPOINTS", "control endpoints"), ("ctleps", "control endpoints"), ("CUSTOM", "custom") })
        {
            var (group, port) = RealChmpx.Identity();
            using var directory = new TempDirectory();
            var text = RealChmpx.Slave(group, port).Replace("CHMPXIDTYPE = CUSTOM", $"CHMPXIDTYPE = {written}", StringComparison.Ordinal)
                .Replace("CUSTOM_ID_SEED = svr1", "CUSTOM_ID_SEED = svr1\nCTLENDPOINTS = 127.0.0.1:2\nENDPOINTS = 127.0.0.1:1", StringComparison.Ordinal)
                .Replace("CUSTOM_ID_SEED = svr2", "CUSTOM_ID_SEED = svr2\nCTLENDPOINTS = 127.0.0.1:4", StringComparison.Ordinal)
                .Replace("CUSTOM_ID_SEED = slv1", $"CUSTOM_ID_SEED = slv1\nCTLENDPOINTS = 127.0.0.1:{port}", StringComparison.Ordinal);
            await using var chmpx = RealChmpx.Start(directory.Put("slave.ini", text), group, port);
            Assert.True(await chmpx.ComesUpAsync(Cancel));
            var view = await chmpx.ShowAsync(Cancel);
            Assert.Equal((shown, shown), (view.IdType, IniReader.Read(text).IdType));
        }
    }

    private static IEnumerable<NodeKey> Keys(IniDocument ini, params RingServer[] shown) => ini.ServerNodes.Named(View(shown)).Servers.Select(server => server.Key);

    private static RingView View(params RingServer[] shown) => new(1, [.. shown]);

    private static RingServer Shown(string cuk, int port, string name) => new(NodeKey.Of(cuk, port, name), name, InService: true, IsUp: true, IsConnected: true);
}
