using SlaveAgent.Files;
using SlaveAgent.Identity;
using SlaveAgent.K2hr3;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Identity;

public sealed class IdentityFilesTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly Dictionary<string, string> Expected = new()
    {
        ["k2hr3-role-token"] = RoleServer.Token,
        ["k2hr3-role-name"] = "yrn:yahoo:::t:role:c/slave",
        ["k2hr3-role-tenant"] = "t",
        ["k2hr3-cuk"] = "i-1",
        ["k2hr3-cuk-param"] = "cuk=i-1",
        ["k2hr3-extra-param"] = "extra=openstack-auto-v1",
        ["k2hr3-tag-param"] = "tag=slv1.test",
        ["k2hr3-apiarg"] = "cuk=i-1",
        ["k2hr3-api-uri"] = "https://k2hr3.test:3000",
    };

    private readonly TempDirectory _directory = new();
    private readonly IdentityFiles _files;
    private readonly K2hr3Identity _identity = new(new Uri("https://k2hr3.test:3000/"), RoleServer.Role, "t", "i-1", "slv1.test", null, null, false);

    public IdentityFilesTests() => _files = new IdentityFiles(_directory.Root);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void All_nine_hold_one_value_each_and_only_the_token_is_secret()
    {
        _files.Write(_identity, RoleToken.TryParse(RoleServer.Token));
        Assert.Equal(Expected, Read());
        foreach (var name in Expected.Keys)
        {
            var all = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
            Assert.Equal(name == "k2hr3-role-token" ? OwnerOnly : all, File.GetUnixFileMode(At(name)));
        }
    }

    [Fact]
    public void What_is_as_it_should_be_is_not_touched_and_what_is_not_is_put_right()
    {
        var token = RoleToken.TryParse(RoleServer.Token);
        _files.Write(_identity, token);
        var before = Versions();
        _files.Write(_identity, token);
        Assert.Equal(before, Versions());

        File.WriteAllText(At("k2hr3-cuk"), "i-2");
        File.SetUnixFileMode(At("k2hr3-role-token"), OwnerOnly | UnixFileMode.OtherRead);
        File.Delete(At("k2hr3-api-uri"));
        _files.Write(_identity, token);
        Assert.Equal(Expected, Read());
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(At("k2hr3-role-token")));
    }

    [Fact]
    public void What_was_written_is_read_again_and_what_is_empty_is_nothing()
    {
        Assert.Null(_files.ReadCuk());
        _files.Write(_identity, token: null);
        Assert.False(File.Exists(At("k2hr3-role-token")));
        Assert.Equal(
            ("yrn:yahoo:::t:role:c/slave", "t", "i-1", "slv1.test", "https://k2hr3.test:3000"),
            (_files.ReadRole(), _files.ReadTenant(), _files.ReadCuk(), _files.ReadTag(), _files.ReadApiUri()));
        File.WriteAllText(At("k2hr3-cuk"), " \n");
        Assert.Null(_files.ReadCuk());
    }

    [Fact]
    public void Removing_takes_the_nine_and_what_was_left_half_written_of_them_and_nothing_else()
    {
        _files.Write(_identity, RoleToken.TryParse(RoleServer.Token));
        File.Delete(At("k2hr3-cuk"));
        _directory.Put("etc/antpickax/k2hdkc.ini", "stays");
        File.WriteAllText(AtomicFile.StageOf(At("k2hr3-role-token")), "half");
        _files.Remove();
        Assert.Equal("k2hdkc.ini", Path.GetFileName(Assert.Single(Directory.GetFiles(At(string.Empty)))));
    }

    private string At(string name) => _directory.At($"etc/antpickax/{name}");

    private Dictionary<string, string> Read() => Directory.GetFiles(At(string.Empty)).ToDictionary(path => Path.GetFileName(path), File.ReadAllText);

    private List<FileVersion> Versions() => [.. Expected.Keys.Select(name => FileStatus.Of(At(name))!.Version)];
}
