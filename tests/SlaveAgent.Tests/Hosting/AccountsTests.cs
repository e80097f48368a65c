using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hosting;

public sealed class AccountsTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Accounts OfDirectory => new(_directory.Root, new CommandRunner(TimeProvider.System));

    private static Accounts OfThisHost => new(new HostRoot("/"), new CommandRunner(TimeProvider.System));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task This_hosts_users_are_those_that_getent_knows()
    {
        Assert.Equal(new AccountLookup(0), await OfThisHost.FindAsync("root", Cancel));
        var missing = await OfThisHost.FindAsync($"no-such-user-{Guid.NewGuid():N}", Cancel);
        Assert.True(missing.IsMissing);
    }

    /// <summary>A directory service's users stand in no file: only the tool that asks it knows.</summary>
    [Fact]
    public async Task A_user_of_a_directory_service_counts_although_no_file_has_it()
    {
        var name = Tools.NewDirectoryUser(uid: 70001);
        Assert.DoesNotContain(name, await File.ReadAllTextAsync("/etc/passwd", Cancel), StringComparison.Ordinal);
        Assert.Equal(new AccountLookup(70001), await OfThisHost.FindAsync(name, Cancel));
    }

    [Fact]
    public async Task A_directory_service_that_cannot_be_asked_is_no_answer()
    {
        var lookup = await OfThisHost.FindAsync(Tools.NewBrokenUser("Enumeration not supported on passwd"), Cancel);
        Assert.False(lookup.IsMissing);
        Assert.Null(lookup.Uid);
        Assert.Contains("Enumeration not supported on passwd", lookup.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("demo", 1000)]
    [InlineData("dem", null)]
    [InlineData("broken", null)]
    [InlineData("", null)]
    public async Task Under_another_root_its_own_file_tells(string name, int? uid)
    {
        Assert.True((await OfDirectory.FindAsync(name, Cancel)).IsMissing);
        _directory.Put("etc/passwd", "root:x:0:0::/root:/bin/sh\nbroken:x\ndemo:x:1000:1000::/:/bin/sh\n");
        Assert.Equal(new AccountLookup((uint?)uid), await OfDirectory.FindAsync(name, Cancel));
    }

    [Fact]
    public async Task A_user_that_was_created_is_there_with_a_group_of_its_own_and_creating_it_again_is_harmless()
    {
        Directory.CreateDirectory(_directory.At("etc"));
        for (var i = 0; i < 2; i++)
        {
            var created = await OfDirectory.CreateAsync("demo", "/var/lib/antpickax", Cancel);
            Assert.True(created.IsDone, created.Output);
            Assert.True((await OfDirectory.FindAsync("demo", Cancel)).Uid > 0);
        }

        Assert.Matches("(?m)^demo:[^:]*:[0-9]+:[0-9]+:[^:]*:/var/lib/antpickax:.*nologin$", await File.ReadAllTextAsync(_directory.At("etc/passwd"), Cancel));
        Assert.Matches("(?m)^demo:", await File.ReadAllTextAsync(_directory.At("etc/group"), Cancel));
    }

    [Fact]
    public async Task A_group_of_that_name_that_is_there_already_becomes_the_users()
    {
        _directory.Put("etc/group", "demo:x:990:\n");
        var created = await OfDirectory.CreateAsync("demo", "/", Cancel);
        Assert.True(created.IsDone, created.Output);
        Assert.Matches("(?m)^demo:[^:]*:[0-9]+:990:", await File.ReadAllTextAsync(_directory.At("etc/passwd"), Cancel));
    }
}
