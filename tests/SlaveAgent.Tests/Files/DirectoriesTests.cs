using SlaveAgent.Files;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Files;

/// <summary>Nothing of the agent's is made where another user could have put something first.</summary>
public sealed class DirectoriesTests : IDisposable
{
    private const UnixFileMode Mode755 = (UnixFileMode)0b111_101_101;

    private readonly TempDirectory _directory = new();

    [Fact]
    public void A_directory_that_is_made_is_written_by_its_owner_only()
    {
        Directories.MakeOwn(_directory.At("a/b"));
        Assert.All(["a", "a/b"], name => Assert.Equal(Mode755, File.GetUnixFileMode(_directory.At(name)) & (UnixFileMode)0b111_111_111));
        Directories.MakeOwn(_directory.At("a/b"));
    }

    [Fact]
    public void One_that_others_may_write_is_refused()
    {
        Directory.CreateDirectory(_directory.At("open"));
        File.SetUnixFileMode(_directory.At("open"), Mode755 | UnixFileMode.OtherWrite);
        Assert.Equal(_directory.At("open"), Assert.Throws<UnsafeDirectoryException>(() => Directories.MakeOwn(_directory.At("open"))).Directory);
    }

    [Fact]
    public void A_link_to_one_is_refused()
    {
        Directory.CreateDirectory(_directory.At("elsewhere"));
        File.CreateSymbolicLink(_directory.At("link"), _directory.At("elsewhere"));
        Assert.Throws<UnsafeDirectoryException>(() => Directories.MakeOwn(_directory.At("link")));
        Assert.Throws<UnsafeDirectoryException>(() => FileLock.TryTake(_directory.At("link/a.lock")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_directory.At("elsewhere")));
    }

    [Fact]
    public void Another_users_is_refused()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a directory away");
        Directory.CreateDirectory(_directory.At("foreign"));
        Owners.Give(_directory.At("foreign"), 4711);
        Assert.Throws<UnsafeDirectoryException>(() => Directories.MakeOwn(_directory.At("foreign")));
    }

    [Fact]
    public void A_link_planted_where_a_number_or_a_state_goes_is_not_followed()
    {
        var victim = _directory.Put("victim", "untouched");
        File.CreateSymbolicLink(_directory.At("daemon.pid"), victim);
        using (FileLock.TryTake(_directory.At("daemon.lock")))
        {
            Assert.Equal("untouched", File.ReadAllText(victim));
        }

        File.CreateSymbolicLink(_directory.At("state.json"), victim);
        Assert.Throws<FileKindException>(() => AtomicFile.Write(_directory.At("state.json"), "new", UnixFileMode.UserRead));
        File.CreateSymbolicLink(AtomicFile.StageOf(_directory.At("other.json")), victim);
        AtomicFile.Write(_directory.At("other.json"), "new", UnixFileMode.UserRead);
        Assert.Equal("untouched", File.ReadAllText(victim));
        Assert.Equal("new", File.ReadAllText(_directory.At("other.json")));
    }

    [Fact]
    public void What_is_the_agents_own_does_not_stay_anothers()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give a file away");
        var file = _directory.Put("token", "old");
        Owners.Give(file, 4711);
        AtomicFile.Write(file, "new", UnixFileMode.UserRead | UnixFileMode.UserWrite, keepOwner: false);
        Assert.Equal(0u, FileStatus.Of(file)!.User);
    }

    public void Dispose() => _directory.Dispose();
}
