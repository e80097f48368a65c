using SlaveAgent.Files;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Files;

public sealed class HostRootTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("/", "/etc/os-release", "/etc/os-release")]
    [InlineData("/tmp/root", "/etc/os-release", "/tmp/root/etc/os-release")]
    [InlineData("/tmp/root/", "/etc/os-release", "/tmp/root/etc/os-release")]
    [InlineData("/tmp/root", "etc/os-release", "/tmp/root/etc/os-release")]
    public void Every_path_of_the_host_lies_under_the_root(string root, string path, string really) => Assert.Equal(really, new HostRoot(root).At(path));

    [Fact]
    public void A_packaged_agents_directories_have_the_packages_name()
    {
        var paths = new HostRoot("/").Agent;
        Assert.Equal(
            ["/etc/k2hdkc-slave-agent/agent.yaml", "/var/lib/k2hdkc-slave-agent", "/run/k2hdkc-slave-agent"],
            [paths.SettingsFile, paths.StateDirectory, paths.RuntimeDirectory]);
    }

    [Fact]
    public void Two_instances_under_one_root_share_no_path()
    {
        var (one, other) = (PathsOf("one"), PathsOf("other"));
        Assert.Equal(one.Count, one.Distinct().Count());
        Assert.Contains(_directory.At("run/one/status.json"), one);
        Assert.All(one.Concat(other), path => Assert.StartsWith(_directory.Path + "/", path, StringComparison.Ordinal));
        Assert.DoesNotContain(one, path => other.Any(theirs => IsWithin(path, theirs) || IsWithin(theirs, path)));
    }

    private List<string> PathsOf(string instance)
    {
        var paths = (_directory.Root with { Instance = instance }).Agent;
        return [.. typeof(AgentPaths).GetProperties().Where(property => property.PropertyType == typeof(string)).Select(property => (string)property.GetValue(paths)!)];
    }

    private static bool IsWithin(string path, string directory) => path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);

    [Fact]
    public void A_file_is_read_and_one_that_is_missing_or_no_file_is_null()
    {
        _directory.Put("etc/a", "text");
        Assert.Equal("text", _directory.Root.TryRead("/etc/a"));
        Assert.Null(_directory.Root.TryRead("/etc/b"));
        Assert.Null(_directory.Root.TryRead("/etc"));
        Assert.Null(_directory.Root.TryRead("/etc/a/b"));
        Assert.Null(_directory.Root.TryRead("/etc/a\0b"));
    }

    [Fact]
    public async Task A_FIFO_in_the_place_of_a_file_is_no_file_and_is_not_waited_for()
    {
        using (var made = System.Diagnostics.Process.Start("mkfifo", _directory.At("fifo")))
        {
            await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var reading = Task.Run(() => _directory.Root.TryRead("/fifo"));
        Assert.Null(await reading.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_link_to_a_file_is_read_and_one_to_a_device_is_not()
    {
        _directory.Put("file", "text");
        File.CreateSymbolicLink(_directory.At("link"), _directory.At("file"));
        File.CreateSymbolicLink(_directory.At("endless"), "/dev/zero");
        Assert.Equal("text", _directory.Root.TryRead("/link"));
        Assert.Null(_directory.Root.TryRead("/endless"));
        var refused = Assert.Throws<FileKindException>(() => RegularFile.ReadText(_directory.At("endless")));
        Assert.Equal((_directory.At("endless"), FileKind.Device), (refused.Path, refused.Kind));
    }

    [Fact]
    public void A_file_is_removed_if_it_is_there()
    {
        _directory.Put("etc/a", "text");
        _directory.Root.Delete("/etc/a");
        _directory.Root.Delete("/etc/a");
        Assert.False(File.Exists(_directory.At("etc/a")));
    }
}
