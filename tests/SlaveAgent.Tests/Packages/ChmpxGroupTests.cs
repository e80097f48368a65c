using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Packages;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Packages;

public sealed class ChmpxGroupTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private Func<CommandResult>? _delegated;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ChmpxGroupTests() => _directory.Put("etc/passwd", "k2hdkc:x:990:991::/:/bin/sh\napp:x:1000:1001::/:/bin/sh\nlost:x:1001:1009::/:/bin/sh\n");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("k2hdkc", null)]
    [InlineData("app", "app-group")]
    [InlineData("lost", "1009")]
    public async Task The_users_own_group_is_named_where_it_is_not_the_shared_one(string user, string? own)
    {
        Group("k2hdkc:x:991:", "app-group:x:1001:");
        var group = Make();
        Assert.Null(group.Sharing);
        Assert.Null(await group.CheckAsync(user, Cancel));
        Assert.Equal(new ChmpxSharing(user, "k2hdkc", own), group.Sharing);
    }

    [Fact]
    public async Task A_group_that_is_missing_is_reported_by_its_code()
    {
        Group("app-group:x:1001:");
        var group = Make();
        Assert.Equal(Reasons.ChmpxGroupMissing, Assert.IsType<Outcome.Failed>(await group.CheckAsync("k2hdkc", Cancel)).Reason);
        Assert.Null(group.Sharing);
    }

    [Fact]
    public async Task No_group_is_needed_where_every_local_user_may_use_the_cluster()
    {
        var group = Make(ChmpxAccess.All);
        Assert.Null(await group.EnsureAsync("k2hdkc", Cancel));
        Assert.Equal(new ChmpxSharing("k2hdkc", null, null), group.Sharing);
        Assert.False(File.Exists(_directory.At("etc/group")));
    }

    [Fact]
    public async Task A_missing_group_is_created_where_this_process_may()
    {
        Group();
        var group = Make();
        Assert.Null(await group.EnsureAsync("k2hdkc", Cancel));
        Assert.Equal("k2hdkc", group.Sharing?.Group);
        Assert.Matches("(?m)^k2hdkc:", await File.ReadAllTextAsync(_directory.At("etc/group"), Cancel));
    }

    [Fact]
    public async Task A_group_that_could_not_be_created_is_still_missing()
    {
        _directory.Put("etc/group/in-the-way", string.Empty);
        Assert.Equal(Reasons.ChmpxGroupMissing, Assert.IsType<Outcome.Failed>(await Make().EnsureAsync("k2hdkc", Cancel)).Reason);
    }

    [Fact]
    public async Task A_hardened_daemon_has_the_bootstrap_service_create_it()
    {
        var asked = 0;
        _delegated = () => new CommandResult(asked++, "no such unit");
        Group();
        var group = Make();
        Assert.Equal(Reasons.ChmpxGroupMissing, Assert.IsType<Outcome.Waiting>(await group.EnsureAsync("k2hdkc", Cancel)).Reason);
        Assert.Equal(Reasons.ChmpxGroupMissing, Assert.IsType<Outcome.Failed>(await group.EnsureAsync("k2hdkc", Cancel)).Reason);
        Group("k2hdkc:x:991:");
        Assert.Null(await group.EnsureAsync("k2hdkc", Cancel));
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task This_hosts_groups_are_those_that_getent_knows()
    {
        var groups = new GroupAccounts(new HostRoot("/"), new CommandRunner(TimeProvider.System));
        Assert.Equal(new GroupLookup("root", 0), await groups.FindAsync("0", Cancel));
        Assert.True((await groups.FindAsync($"no-such-group-{Guid.NewGuid():N}", Cancel)).IsMissing);
        Assert.Equal(0u, await groups.OfUserAsync("root", Cancel));
        Assert.NotNull((await groups.FindAsync(Tools.NewBrokenGroup("sssd is away"), Cancel)).Problem);
    }

    [Theory]
    [InlineData(null, "2770")]
    [InlineData("delegated", "2777")]
    public async Task A_directory_of_the_groups_that_a_package_opened_is_closed_where_this_process_may(string? delegated, string mode)
    {
        var directory = Directory.CreateDirectory(_directory.At("var/lib/antpickax")).FullName;
        var other = Directory.CreateDirectory(_directory.At("run/antpickax")).FullName;
        var gid = FileStatus.Of(directory)!.Group;
        Open(directory);
        Group($"k2hdkc:x:{gid}:");
        _delegated = delegated is null ? null : () => new CommandResult(0, string.Empty);
        Assert.Null(await Make().EnsureAsync("k2hdkc", Cancel));
        Assert.Equal(mode, ModeOf(directory));

        // Before chmpx's first start it is not the group's yet: the start sees to it.
        Open(other);
        Group($"k2hdkc:x:{gid + 1}:");
        Assert.Null(await Make().EnsureAsync("k2hdkc", Cancel));
        Assert.Equal("2777", ModeOf(other));
    }

    private static void Open(string directory) => File.SetUnixFileMode(directory, (UnixFileMode)Convert.ToInt32("2777", 8));

    private static string ModeOf(string directory) => Convert.ToString((int)FileStatus.Of(directory)!.Mode, 8);

    private void Group(params string[] lines) => _directory.Put("etc/group", string.Join('\n', lines) + "\n");

    private ChmpxGroup Make(ChmpxAccess access = ChmpxAccess.Group) => new(
        new GroupAccounts(_directory.Root, new CommandRunner(TimeProvider.System)), new SharedDirectories(_directory.Root), access, _delegated is null ? null : _ => Task.FromResult(_delegated()));
}
