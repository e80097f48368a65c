using System.Collections.Immutable;
using SlaveAgent.Chmpx;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

public sealed class LoadedComparisonTests
{
    private const long Start = 1_795_357_150;

    private static readonly LoadedNode Server = new(8020, false, false, "", "", "", "", "");

    private static readonly LoadedNode TlsServer = new(8020, true, true, "/ca", "/server.crt", "/server.key", "/slave.crt", "/slave.key");

    private static readonly string TlsText = SampleIni.Text.Replace(
        "SSL = no\n\n[SVRNODE]\nNAME = svr1",
        "SSL = yes\nSSL_VERIFY_PEER = yes\nCAPATH = /ca\nSERVER_CERT = /server.crt\nSERVER_PRIKEY = /server.key\nSLAVE_CERT = /slave.crt\nSLAVE_PRIKEY = /slave.key\n\n[SVRNODE]\nNAME = svr1",
        StringComparison.Ordinal).Replace("CUSTOM_ID_SEED = svr1\nSSL = no", "CUSTOM_ID_SEED = svr1", StringComparison.Ordinal).Replace("CUSTOM_ID_SEED = svr2\nSSL = no", "CUSTOM_ID_SEED = svr2", StringComparison.Ordinal);

    [Fact]
    public void What_is_loaded_as_the_file_says_needs_no_restart()
    {
        Assert.Empty(Find(SampleIni.Text, View(Server)));
        Assert.Empty(Find(TlsText, View(TlsServer)));
    }

    [Theory]
    [InlineData("GROUP = ring", "GROUP = other", RestartReason.GlobalChanged, "GROUP")]
    [InlineData("DELIVERMODE = hash", "DELIVERMODE = random", RestartReason.GlobalChanged, "DELIVERMODE")]
    [InlineData("CHMPXIDTYPE = CUSTOM", "CHMPXIDTYPE = CUK", RestartReason.GlobalChanged, "CHMPXIDTYPE")]
    [InlineData("CUSTOM_ID_SEED = svr2\nSSL = no", "CUSTOM_ID_SEED = svr2\nSSL = no\nPORT = 9020", RestartReason.ServerChanged, "PORT", "svr2")]
    [InlineData("CUSTOM_ID_SEED = svr2\nSSL = no", "CUSTOM_ID_SEED = svr2\nSSL = yes", RestartReason.ServerChanged, "SSL", "svr2")]
    public void A_changed_key_is_named_with_its_reason(string old, string now, RestartReason reason, string subject, string? node = null) =>
        Assert.Equal([new RestartNeed(reason, subject, node)], Find(SampleIni.Text.Replace(old, now, StringComparison.Ordinal), View(Server)));

    [Theory]
    [InlineData("SSL_VERIFY_PEER = yes", "SSL_VERIFY_PEER = no", "svr1 SSL_VERIFY_PEER", "svr2 SSL_VERIFY_PEER")]
    [InlineData("CAPATH = /ca", "CAPATH = /ca2", "svr1 CAPATH", "svr2 CAPATH")]
    [InlineData("SLAVE_CERT = /slave.crt", "SLAVE_CERT = /new.crt", "svr1 SLAVE_CERT", "svr2 SLAVE_CERT", "slv1 SLAVE_CERT")]
    [InlineData("SERVER_PRIKEY = /server.key", "SERVER_PRIKEY = /new.key", "svr1 SERVER_PRIKEY", "svr2 SERVER_PRIKEY")]
    public void With_TLS_the_paths_count_for_each_node_that_inherits_them(string old, string now, params string[] subjects) =>
        Assert.Equal(subjects, Find(TlsText.Replace(old, now, StringComparison.Ordinal), View(TlsServer)).Select(need => $"{need.Node} {need.Subject}"));

    [Fact]
    public void A_server_that_is_not_loaded_yet_needs_a_reload_only() => Assert.Empty(
        Find(SampleIni.Text + "\n[SVRNODE]\nNAME = svr3\nCUK = cuk-svr3\nPORT = 9020\nCTLPORT = 8021\nCUSTOM_ID_SEED = svr3\n", View(Server)));

    [Fact]
    public void The_own_CUK_counts() => Assert.Equal(
        ["SELFCUK"], Find(SampleIni.Text.Replace("cuk-slv1", "cuk-new", StringComparison.Ordinal), View(Server)).Select(need => need.Subject));

    [Theory]
    [InlineData(-1000, false)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(1000, true)]
    public void A_certificate_that_is_newer_than_the_start_was_replaced(int seconds, bool replaced)
    {
        var needs = LoadedComparison.Find(
            IniReader.Read(TlsText), View(TlsServer), path => path == "/slave.crt" ? DateTimeOffset.FromUnixTimeSeconds(Start + seconds) : DateTimeOffset.UnixEpoch);
        Assert.Equal(replaced ? [new RestartNeed(RestartReason.CertificateReplaced, "/slave.crt")] : [], needs);
    }

    [Fact]
    public void Without_TLS_no_file_is_looked_at() =>
        Assert.Empty(LoadedComparison.Find(IniReader.Read(SampleIni.Text), View(Server), _ => throw new InvalidOperationException("read")));

    [Fact]
    public void Of_several_servers_with_one_key_the_best_fit_is_taken()
    {
        var view = View(Server) with { Servers = [Shown("svr1", Server with { Port = 1 }), Shown("svr1", Server), Shown("svr2", Server)] };
        Assert.Empty(Find(SampleIni.Text, view));
    }

    [Fact]
    public void Sizes_are_compared_with_those_of_the_start()
    {
        var atStart = StartSizes.Of(IniReader.Read(SampleIni.Text));
        var now = IniReader.Read(SampleIni.Text.Replace("MODE = SLAVE", "MODE = SLAVE\nMAXCHMPX = 300", StringComparison.Ordinal));
        Assert.Empty(StartSizes.Changed(atStart, IniReader.Read(SampleIni.Text)));
        Assert.Equal([new RestartNeed(RestartReason.SizeChanged, "MAXCHMPX")], StartSizes.Changed(atStart, now));
    }

    private static ImmutableArray<RestartNeed> Find(string text, RingView view) => LoadedComparison.Find(IniReader.Read(text), view, _ => DateTimeOffset.UnixEpoch);

    private static RingView View(LoadedNode server) => new(1, [Shown("svr1", server), Shown("svr2", server)])
    {
        Process = new ChmpxProcess(1, Start),
        Group = "ring",
        IdType = "custom",
        IsRandomDeliver = false,
        SelfCuk = "cuk-slv1",
        Self = server with { Port = -1, ServerCertificate = "", ServerKey = "" },
        HasPrograms = false,
    };

    private static RingServer Shown(string name, LoadedNode loaded) =>
        new(new NodeKey($"cuk-{name}", 8021), name, InService: true, IsUp: true, IsConnected: true) { Loaded = loaded };
}
