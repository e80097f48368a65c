using SlaveAgent.Chmpx;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

/// <summary>chmpx's rules about TLS, each with a file it takes and one it exits on.</summary>
public sealed class TlsCheckTests
{
    private static readonly HostFiles Files = new(path => path is "/cert" or "/key" or "/ca", path => path is "/cadir");

    private const string ServerFiles = "SERVER_CERT = /cert\nSERVER_PRIKEY = /key\n";
    private const string SlaveFiles = "SLAVE_CERT = /cert\nSLAVE_PRIKEY = /key\n";

    [Theory]
    [InlineData("", "", "")]
    [InlineData("SSL = yes\n" + ServerFiles, "", "")]
    [InlineData("SSL = on\n", ServerFiles, "")]
    [InlineData("", "SSL = yes\n" + ServerFiles, "")]
    [InlineData("SSL = yes\n", "SSL = no\n", "")]
    [InlineData("SSL = yes\nSSL_MIN_VER = TLSv1.3\nCAPATH = /cadir\n" + ServerFiles, "", "")]
    [InlineData("SSL = yes\nCAPATH = /ca\n" + ServerFiles, "", "")]
    [InlineData("SSL = yes\nCAPATH = null\n" + ServerFiles, "", "")]
    [InlineData("SSL = yes\nNSSDB_DIR = /cadir\n" + ServerFiles, "", "")]
    [InlineData("SSL = yes\nSSL_VERIFY_PEER = yes\n" + ServerFiles + SlaveFiles, "", "")]
    [InlineData("SSL = yes\nSSL_VERIFY_PEER = yes\n" + ServerFiles, SlaveFiles, SlaveFiles)]
    public void TLS_that_chmpx_takes_is_accepted(string global, string server, string slave) => Assert.Empty(Check(global, server, slave));

    [Theory]
    [InlineData("SSL = yes\nSSL_VERIFY_PEER = yes\n" + ServerFiles + SlaveFiles, "SSL = off\nSSL_VERIFY_PEER = off\nSERVER_CERT = null\nSERVER_PRIKEY = NULL\n", "")]
    [InlineData("", "SSL = on\nSSL_VERIFY_PEER = on\n" + ServerFiles, SlaveFiles)]
    [InlineData("CAPATH = /ca\n", "SSL = on\n" + ServerFiles, "")]
    public void What_one_server_has_does_for_those_that_all_rings_nodes_share(string global, string first, string slave)
    {
        var text = SampleIni.Text
            .Replace("SSL = no\n", "", StringComparison.Ordinal)
            .Replace("GROUP = ring\n", $"GROUP = ring\n{global}", StringComparison.Ordinal)
            .Replace("NAME = svr1\n", $"NAME = svr1\n{first}{(first.Contains("VERIFY_PEER = on", StringComparison.Ordinal) ? slave : string.Empty)}", StringComparison.Ordinal)
            .Replace("NAME = svr2\n", $"NAME = svr2\n{(first.Contains("VERIFY_PEER = on", StringComparison.Ordinal) ? slave : string.Empty)}", StringComparison.Ordinal)
            .Replace("NAME = slv1\n", $"NAME = slv1\n{slave}", StringComparison.Ordinal);
        Assert.Empty(IniCheck.Check(IniReader.Read(text), Files));
    }

    [Theory]
    [InlineData("CAPATH")]
    [InlineData("SERVER_CERT")]
    [InlineData("SERVER_PRIKEY")]
    [InlineData("SLAVE_CERT")]
    [InlineData("SLAVE_PRIKEY")]
    [InlineData("NSSDB_DIR")]
    public void A_file_that_is_not_there_is_named(string key) =>
        Assert.Contains(Check($"{key} = /gone\n", "", ""), problem => problem.Rule == $"{key} names \"/gone\", which is not there on this host");

    [Fact]
    public void A_server_that_is_asked_for_TLS_has_files_of_its_own_before_those_for_all() => Assert.Equal(
        ["SERVER_CERT names \"/gone\", which is not there on this host"],
        Check("SSL = yes\n" + ServerFiles, "SERVER_CERT = /gone\n", "").Select(problem => problem.Rule).Distinct());

    [Theory]
    [InlineData("SSL = yes\n", "", "", "SSL on and no SERVER_CERT")]
    [InlineData("SSL = yes\nSERVER_CERT = /cert\n", "", "", "SSL on and no SERVER_PRIKEY")]
    [InlineData("SSL = yes\nSERVER_CERT = /gone\nSERVER_PRIKEY = /key\n", "", "", "not there on this host")]
    [InlineData("SSL = yes\nSERVER_CERT = /cadir\nSERVER_PRIKEY = /key\n", "", "", "not there on this host")]
    [InlineData("SSL = yes\n" + ServerFiles, "SSL = no\n", "", "has SERVER_CERT while SSL is off")]
    [InlineData("", "SSL = no\n" + ServerFiles, "", "has SERVER_CERT while SSL is off")]
    [InlineData(ServerFiles, "SSL = yes\n", "", "[GLOBAL] has SERVER_CERT while its SSL is off")]
    [InlineData("SSL = yes\nCAPATH = /gone\n" + ServerFiles, "", "", "CAPATH names \"/gone\"")]
    [InlineData("CAPATH = /ca\n", "", "", "has CAPATH while no server has SSL on")]
    [InlineData("SSL_VERIFY_PEER = yes\n", "", "", "[GLOBAL] has SSL_VERIFY_PEER on while its SSL is off")]
    [InlineData("SSL_VERIFY_PEER = yes\n", "", "", "the [SVRNODE] has SSL_VERIFY_PEER on while SSL is off")]
    [InlineData("SERVER_PRIKEY = /key\n", "SSL = yes\n", "", "[GLOBAL] has SERVER_PRIKEY while its SSL is off")]
    [InlineData("", "SSL = no\n" + ServerFiles, "", "has SERVER_PRIKEY while SSL is off")]
    [InlineData("", "SSL_VERIFY_PEER = on\n", "", "has SSL_VERIFY_PEER on while SSL is off")]
    [InlineData("SSL = yes\nSSL_VERIFY_PEER = yes\n" + ServerFiles, "", "", "must have SLAVE_CERT and SLAVE_PRIKEY, because")]
    [InlineData("SSL = yes\nSSL_VERIFY_PEER = yes\n" + ServerFiles, SlaveFiles, "", "the [SLVNODE] must have SLAVE_CERT")]
    [InlineData("SSL = yes\n" + ServerFiles + SlaveFiles, "", "", "has SLAVE_CERT while no server has SSL_VERIFY_PEER on")]
    [InlineData("SSL = yes\nSSL_VERIFY_PEER = yes\nSLAVE_CERT = /cert\n" + ServerFiles, "", "", "both or neither")]
    [InlineData("SSL_MIN_VER = tlsv1.2\n", "", "", "has SSL_MIN_VER while its SSL is off")]
    [InlineData("NSSDB_DIR = /cadir\n", "", "", "has NSSDB_DIR while its SSL is off")]
    [InlineData("SSL = yes\nNSSDB_DIR = /cert\n" + ServerFiles, "", "", "NSSDB_DIR names \"/cert\"")]
    [InlineData("SSL = yes\nNSSDB_DIR =\n" + ServerFiles, "", "", "NSSDB_DIR names \"\"")]
    public void TLS_that_chmpx_exits_on_is_refused(string global, string server, string slave, string rule) =>
        Assert.Contains(Check(global, server, slave), p => p.Rule.Contains(rule, StringComparison.Ordinal));

    [Fact]
    public void A_path_that_chmpx_has_no_room_for_is_refused()
    {
        var longPath = "/" + new string('a', 1023);
        var problems = IniCheck.Check(
            IniReader.Read(Text($"SSL = yes\nSERVER_CERT = {longPath}\nSERVER_PRIKEY = /key\n", "", "")), new HostFiles(_ => true, _ => true));
        Assert.Contains("longer than the 1023 bytes", Assert.Single(problems).Rule, StringComparison.Ordinal);
    }

    private static System.Collections.Immutable.ImmutableArray<IniProblem> Check(string global, string server, string slave) =>
        IniCheck.Check(IniReader.Read(Text(global, server, slave)), Files);

    private static string Text(string global, string server, string slave) => SampleIni.Text
        .Replace("SSL = no\n", "", StringComparison.Ordinal)
        .Replace("GROUP = ring\n", $"GROUP = ring\n{global}", StringComparison.Ordinal)
        .Replace("NAME = svr1\n", $"NAME = svr1\n{server}", StringComparison.Ordinal)
        .Replace("NAME = svr2\n", $"NAME = svr2\n{server}", StringComparison.Ordinal)
        .Replace("NAME = slv1\n", $"NAME = slv1\n{slave}", StringComparison.Ordinal);
}
