using SlaveAgent.Hooks;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hooks;

public sealed class HookDirectoryTests : IDisposable
{
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly TempDirectory _directory = new();

    private string Hooks => _directory.Root.Agent.HooksDirectory;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Without_the_directory_or_in_an_empty_one_there_is_none()
    {
        Assert.True(HookDirectory.List(_directory.Root).IsEmpty);
        Directory.CreateDirectory(Hooks);
        Assert.True(HookDirectory.List(_directory.Root).IsEmpty);
    }

    [Fact]
    public void Executables_are_run_in_the_order_of_their_names_and_nothing_else_is()
    {
        foreach (var name in new[] { "20-b", "10-a.sh", "x_y", "10-a.dpkg-old", "10-a.rpmsave", "10-a~", ".10-a.swp", "10-a.bak", "a b" })
        {
            Put(name);
        }

        Put("README", Executable & ~UnixFileMode.UserExecute);
        Directory.CreateDirectory(Path.Join(Hooks, "dir"));
        var hooks = HookDirectory.List(_directory.Root);
        Assert.Equal(["10-a.sh", "20-b", "x_y"], hooks.Runnable.Select(Path.GetFileName));
        Assert.Empty(hooks.Refused);
    }

    [Fact]
    public void What_others_could_have_written_is_refused_by_name_and_the_others_are_run()
    {
        Put("10-group", Executable | UnixFileMode.GroupWrite);
        Put("20-all", Executable | UnixFileMode.OtherWrite);
        File.CreateSymbolicLink(Path.Join(Hooks, "30-link"), "/bin/true");
        Put("40-good");
        var hooks = HookDirectory.List(_directory.Root);
        Assert.Equal(["10-group", "20-all", "30-link"], hooks.Refused.Select(refused => refused.Name));
        Assert.All(hooks.Refused, refused => Assert.Equal(HookFailure.Refused, refused.Reason));
        Assert.Equal(["40-good"], hooks.Runnable.Select(Path.GetFileName));
    }

    [Fact]
    public void Another_users_file_is_refused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a file away");
        Owners.Give(Put("10-nobodys"), OtherUser.Nobody);
        Assert.Equal("10-nobodys", Assert.Single(HookDirectory.List(_directory.Root).Refused).Name);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void In_a_directory_that_others_write_all_are_refused(bool isItself)
    {
        Put("10-a");
        var open = isItself ? Hooks : Path.GetDirectoryName(Hooks)!;
        File.SetUnixFileMode(open, File.GetUnixFileMode(open) | UnixFileMode.OtherWrite);
        var hooks = HookDirectory.List(_directory.Root);
        Assert.Empty(hooks.Runnable);
        Assert.Equal(("10-a", HookFailure.Refused), Assert.Single(hooks.Refused) is var refused ? (refused.Name, refused.Reason) : default);
    }

    [Fact]
    public void In_a_directory_that_is_a_link_all_are_refused()
    {
        Put("10-a");
        Directory.Move(Hooks, Hooks + ".real");
        Directory.CreateSymbolicLink(Hooks, Hooks + ".real");
        var refused = Assert.Single(HookDirectory.List(_directory.Root).Refused);
        Assert.Equal(("10-a", HookFailure.Refused), (refused.Name, refused.Reason));
    }

    /// <summary>By a link to itself, which root cannot follow either.</summary>
    [Fact]
    public void A_directory_that_cannot_be_looked_at_is_not_taken_for_an_empty_one()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Hooks)!);
        File.CreateSymbolicLink(Hooks, Hooks);
        Assert.Throws<IOException>(() => HookDirectory.List(_directory.Root));
    }

    private string Put(string name, UnixFileMode mode = Executable)
    {
        var path = TempDirectory.PutAt(Path.Join(Hooks, name), "#!/bin/sh\n");
        File.SetUnixFileMode(path, mode);
        return path;
    }
}
