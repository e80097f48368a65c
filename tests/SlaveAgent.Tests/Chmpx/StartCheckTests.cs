using SlaveAgent.Chmpx;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

/// <summary>Files that the agent, which has no capabilities, may not look at, and those that chmpx's user may not read.</summary>
public sealed class StartCheckTests : IDisposable
{
    private const string Ini = "/etc/antpickax/k2hdkc.ini";

    private static readonly string Text = SampleIni.Text.Replace("SSL = no\n", "", StringComparison.Ordinal).Replace(
        "GROUP = ring\n",
        "GROUP = ring\nSSL = yes\nSSL_VERIFY_PEER = yes\nSERVER_CERT = /tls/cert\nSERVER_PRIKEY = /tls/key\nSLAVE_CERT = /tls/cert\nSLAVE_PRIKEY = /tls/key\n",
        StringComparison.Ordinal);

    private readonly TempDirectory _directory = new();

    public StartCheckTests()
    {
        // The temporary directory is the user's own.
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)0x1ed);
        _directory.Put("etc/antpickax/k2hdkc.ini", Text);
        foreach (var path in (string[])["etc", "etc/antpickax"])
        {
            File.SetUnixFileMode(_directory.At(path), (UnixFileMode)0x1ed);
        }

        File.SetUnixFileMode(_directory.At("etc/antpickax/k2hdkc.ini"), (UnixFileMode)0x1a4);
        var (certificate, key) = KeyPairs.Make();
        _directory.Put("tls/cert", certificate);
        _directory.Put("tls/key", key);
        File.SetUnixFileMode(_directory.At("tls"), (UnixFileMode)0x1ed);
        File.SetUnixFileMode(_directory.At("tls/cert"), (UnixFileMode)0x1a4);
        File.SetUnixFileMode(_directory.At("tls/key"), (UnixFileMode)0x1a4);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void What_chmpxs_user_can_read_and_fits_is_no_problem() => Assert.Empty(OtherUser.Run(() => StartCheck.Make(_directory.Root, Ini)));

    [Fact]
    public void A_private_key_that_the_user_may_not_read_is_named_with_its_line_and_is_no_reason_to_refuse_the_configuration()
    {
        File.SetUnixFileMode(_directory.At("tls/key"), (UnixFileMode)0x180);
        var problem = Assert.Single(OtherUser.Run(() => StartCheck.Make(_directory.Root, Ini)));
        Assert.Equal((IniCode.FileUnreadable, IniEffect.Ends, 9), (problem.Code, problem.Effect, problem.Line));
        Assert.Empty(OtherUser.Run(() => IniCheck.Check(IniReader.Read(Text), HostFiles.Of(_directory.Root))));
    }

    [Fact]
    public void Files_in_a_directory_that_may_not_be_entered_are_not_known_and_no_reason_to_refuse()
    {
        File.SetUnixFileMode(_directory.At("tls"), (UnixFileMode)0x1c0);
        var files = HostFiles.Of(_directory.Root);
        Assert.Null(OtherUser.Run(() => files.IsFile("/tls/key")));
        Assert.Null(OtherUser.Run(() => files.IsDirectory("/tls/key")));
        Assert.Null(OtherUser.Run(() => files.KeyFits("/tls/cert", "/tls/key")));
        Assert.Empty(OtherUser.Run(() => IniCheck.Check(IniReader.Read(Text), files)));
    }

    [Fact]
    public void A_configuration_that_the_user_may_not_read_is_named()
    {
        File.SetUnixFileMode(_directory.At("etc/antpickax/k2hdkc.ini"), (UnixFileMode)0x180);
        Assert.Equal(IniCode.FileUnreadable, Assert.Single(OtherUser.Run(() => StartCheck.Make(_directory.Root, Ini))).Code);
    }

    [Fact]
    public void A_key_of_another_certificate_and_a_file_that_is_gone_are_named()
    {
        _directory.Put("tls/key", KeyPairs.Make().Key);
        Assert.Equal(IniCode.KeyDoesNotFit, Assert.Single(StartCheck.Make(_directory.Root, Ini)).Code);
        File.Delete(_directory.At("tls/key"));
        Assert.All(StartCheck.Make(_directory.Root, Ini), problem => Assert.Equal(IniCode.FileMissing, problem.Code));
        Assert.NotEmpty(StartCheck.Make(_directory.Root, Ini));
    }

    [Fact]
    public void Only_a_regular_file_is_a_file()
    {
        var files = HostFiles.Of(new SlaveAgent.Files.HostRoot("/"));
        Assert.False(files.IsFile("/dev/null"));
        Assert.False(files.IsFile("/"));
        Assert.False(files.IsFile("/gone"));
        Assert.True(files.IsFile("/etc/passwd"));
        Assert.True(files.IsDirectory("/etc"));
    }
}
