using SlaveAgent.Chmpx;
using SlaveAgent.Status;
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
        Assert.Contains(Check($"{key} = /gone\n", "", ""), problem => problem.Code == IniCode.FileMissing && problem.Line == 4);

    [Fact]
    public void A_server_that_is_asked_for_TLS_has_files_of_its_own_before_those_for_all() => Assert.Equal(
        [IniCode.FileMissing],
        Check("SSL = yes\n" + ServerFiles, "SERVER_CERT = /gone\n", "").Select(problem => problem.Code).Distinct());

    [Theory]
    [InlineData("SSL = yes\n", "", "", IniCode.TlsFileMissing)]
    [InlineData("SSL = yes\nSERVER_CERT = /cert\n", "", "", IniCode.TlsFileMissing)]
    [InlineData("SSL = yes\nSERVER_CERT = /gone\nSERVER_PRIKEY = /key\n", "", "", IniCode.FileMissing)]
    [InlineData("SSL = yes\nSERVER_CERT = /cadir\nSERVER_PRIKEY = /key\n", "", "", IniCode.FileMissing)]
    [InlineData("SSL = yes\n" + ServerFiles, "SSL = no\n", "", IniCode.TlsOff)]
    [InlineData("", "SSL = no\n" + ServerFiles, "", IniCode.TlsOff)]
    [InlineData(ServerFiles, "SSL = yes\n", "", IniCode.TlsOff)]
    [InlineData("SSL = yes\nCAPATH = /gone\n" + ServerFiles, "", "", IniCode.FileMissing)]
    [InlineData("CAPATH = /ca\n", "", "", IniCode.TlsOff)]
    [InlineData("SSL_VERIFY_PEER = yes\n", "", "", IniCode.TlsOff)]
    [InlineData("SERVER_PRIKEY = /key\n", "SSL = yes\n", "", IniCode.TlsOff)]
    [InlineData("", "SSL_VERIFY_PEER = on\n", "", IniCode.TlsOff)]
    [InlineData("SSL = yes\nSSL_VERIFY_PEER = yes\n" + ServerFiles, "", "", IniCode.TlsFileMissing)]
    [InlineData("SSL = yes\nSSL_VERIFY_PEER = yes\n" + ServerFiles, SlaveFiles, "", IniCode.TlsFileMissing)]
    [InlineData("SSL = yes\n" + ServerFiles + SlaveFiles, "", "", IniCode.TlsOff)]
    [InlineData("SSL = yes\nSSL_VERIFY_PEER = yes\nSLAVE_CERT = /cert\n" + ServerFiles, "", "", IniCode.TlsFileMissing)]
    [InlineData("SSL_MIN_VER = tlsv1.2\n", "", "", IniCode.TlsOff)]
    [InlineData("NSSDB_DIR = /cadir\n", "", "", IniCode.TlsOff)]
    [InlineData("SSL = yes\nNSSDB_DIR = /cert\n" + ServerFiles, "", "", IniCode.FileMissing)]
    [InlineData("SSL = yes\nNSSDB_DIR =\n" + ServerFiles, "", "", IniCode.FileMissing)]
    public void TLS_that_chmpx_exits_on_is_refused(string global, string server, string slave, IniCode code) =>
        Assert.Contains(Check(global, server, slave), problem => problem.Code == code && problem.Effect == IniEffect.Ends);

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    [InlineData(null, 0)]
    public void A_private_key_that_does_not_belong_to_its_certificate_ends_chmpx_and_one_that_cannot_be_judged_is_no_reason_to_refuse(bool? fits, int problems)
    {
        var text = Text("SSL = yes\nSSL_VERIFY_PEER = yes\n" + ServerFiles + SlaveFiles, "", "");
        Assert.Equal(
            Enumerable.Repeat((IniCode.KeyDoesNotFit, IniEffect.Ends), problems),
            IniCheck.Check(IniReader.Read(text), Files with { KeyFits = (_, _) => fits }).Select(problem => (problem.Code, problem.Effect)));
    }

    [Fact]
    public void Files_that_cannot_be_looked_at_are_no_reason_to_refuse() => Assert.Empty(IniCheck.Check(
        IniReader.Read(Text("SSL = yes\nSSL_VERIFY_PEER = yes\nCAPATH = /ca\nNSSDB_DIR = /db\n" + ServerFiles + SlaveFiles, "", "")), new HostFiles(_ => null, _ => null)));

    [Fact]
    public void A_file_is_asked_for_once_however_many_servers_name_it()
    {
        var asked = 0;
        var text = Text("SSL = yes\n" + ServerFiles, "", "") + string.Concat(Enumerable.Range(1, 500).Select(i => $"\n[SVRNODE]\nNAME = s{i}\nPORT = 1\nCUSTOM_ID_SEED = s{i}\n{ServerFiles}"));
        Assert.Empty(IniCheck.Check(IniReader.Read(text), new HostFiles(_ => ++asked > 0, _ => false)));
        Assert.InRange(asked, 1, 2);
    }

    [Fact]
    public void A_path_that_chmpx_has_no_room_for_is_refused()
    {
        var longPath = "/" + new string('a', 1023);
        var problems = IniCheck.Check(
            IniReader.Read(Text($"SSL = yes\nSERVER_CERT = {longPath}\nSERVER_PRIKEY = /key\n", "", "")), new HostFiles(_ => true, _ => true));
        Assert.Equal(IniCode.TooLong, Assert.Single(problems).Code);
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
