using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using CsCheck;
using SlaveAgent.Files;
using SlaveAgent.Sandbox.Chmpx;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Files;

public sealed class AtomicFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode ReadableByAll = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_text_is_there_in_full_without_a_byte_order_mark_and_without_a_stage()
    {
        var path = _directory.At("file");
        AtomicFile.Write(path, "é\n", OwnerOnly);
        Assert.Equal([0xc3, 0xa9, (byte)'\n'], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void Any_text_comes_back_as_it_was()
    {
        var path = _directory.At("file");
        Gen.Char.Where(c => !char.IsSurrogate(c)).Array[0, 2000].Select(c => new string(c)).Sample(
            text =>
            {
                AtomicFile.Write(path, text, ReadableByAll, durable: false);
                return new UTF8Encoding(false).GetString(File.ReadAllBytes(path)) == text;
            },
            iter: 200,
            threads: 1);
    }

    [Theory]
    [InlineData(OwnerOnly)]
    [InlineData(ReadableByAll)]
    [InlineData(UnixFileMode.UserRead)]
    [InlineData(OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)]
    public void The_mode_is_the_one_asked_for_whatever_the_umask_or_the_old_file_say(UnixFileMode mode)
    {
        var path = _directory.Put("file", "old");
        File.SetUnixFileMode(path, OwnerOnly | UnixFileMode.OtherExecute);
        AtomicFile.Write(path, "new", mode);
        Assert.Equal(mode, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task At_no_moment_is_a_secret_readable_by_others_or_the_file_anything_but_whole()
    {
        var path = _directory.At("secret");
        var stage = AtomicFile.StageOf(path);
        var old = new string('a', 100_000);
        AtomicFile.Write(path, old, OwnerOnly);
        using var done = new CancellationTokenSource();
        var watching = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
            {
                Assert.True((FileStatus.Of(stage)?.Mode ?? OwnerOnly) is OwnerOnly or UnixFileMode.None);
                Assert.Equal(OwnerOnly, FileStatus.Of(path)!.Mode);
                var text = File.ReadAllText(path);
                Assert.Equal(100_000, text.Length);
                Assert.Equal(-1, text.AsSpan().IndexOfAnyExcept(text[0]));
            }
        }, CancellationToken.None);
        for (var i = 0; i < 100; i++)
        {
            AtomicFile.Write(path, new string((char)('a' + (i % 26)), 100_000), OwnerOnly, durable: false);
        }

        await done.CancelAsync();
        await watching;
    }

    [Fact]
    public void The_file_is_replaced_and_not_written_to()
    {
        var path = _directory.Put("file", "old");
        File.CreateSymbolicLink(_directory.At("elsewhere"), path);
        var before = FileStatus.Of(path)!;
        using var open = File.OpenRead(path);
        AtomicFile.Write(path, "new", ReadableByAll);
        var after = FileStatus.Of(path)!;
        Assert.NotEqual(before.Version.Inode, after.Version.Inode);
        Assert.Equal("old", new StreamReader(open).ReadToEnd());
        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public async Task A_hard_link_to_the_old_file_is_not_kept_to_the_new_one()
    {
        var path = _directory.Put("file", "old");
        await RunAsync("ln", path, _directory.At("backup"));
        Assert.Equal(2u, FileStatus.Of(path)!.Links);
        AtomicFile.Write(path, "new", ReadableByAll);
        Assert.Equal(1u, FileStatus.Of(path)!.Links);
        Assert.Equal("old", File.ReadAllText(_directory.At("backup")));
    }

    [Fact]
    public void Nothing_is_held_open()
    {
        var path = _directory.At("file");
        AtomicFile.Write(path, "text", ReadableByAll);
        AtomicFile.Write(path, "text", ReadableByAll);
        Assert.DoesNotContain(
            Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(fd => new FileInfo(fd).LinkTarget ?? string.Empty),
            target => target.StartsWith(_directory.Path, StringComparison.Ordinal));
    }

    [Fact]
    public void A_symbolic_link_is_refused_and_not_followed()
    {
        var target = _directory.Put("target", "old");
        var path = _directory.At("link");
        File.CreateSymbolicLink(path, target);
        AssertRefused(path, FileKind.SymbolicLink);
        Assert.Equal("old", File.ReadAllText(target));
        AssertNoStage(path);
    }

    [Fact]
    public void A_link_to_nowhere_is_refused_too()
    {
        var path = _directory.At("link");
        File.CreateSymbolicLink(path, _directory.At("nowhere"));
        AssertRefused(path, FileKind.SymbolicLink);
        Assert.False(File.Exists(_directory.At("nowhere")));
    }

    [Fact]
    public void A_directory_is_refused()
    {
        var path = Directory.CreateDirectory(_directory.At("directory")).FullName;
        AssertRefused(path, FileKind.Directory);
        AssertNoStage(path);
    }

    [Fact]
    public async Task A_FIFO_is_refused_without_waiting_for_a_reader()
    {
        var path = _directory.At("fifo");
        await RunAsync("mkfifo", path);
        AssertRefused(path, FileKind.Fifo);
        AssertNoStage(path);
    }

    [Fact]
    public void A_socket_is_refused()
    {
        var path = _directory.At("socket");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        AssertRefused(path, FileKind.Socket);
    }

    [Fact]
    public async Task A_device_is_refused()
    {
        // Root's would be replaced by a regular file if it were not refused, for every program on the machine.
        var path = Environment.IsPrivilegedProcess ? _directory.At("null") : "/dev/null";
        if (Environment.IsPrivilegedProcess)
        {
            Assert.SkipUnless(await ExitCodeAsync("mknod", path, "c", "1", "3") == 0, "root may not make a device here");
        }

        AssertRefused(path, FileKind.Device);
    }

    [Fact]
    public void A_link_planted_under_the_stages_name_is_not_followed()
    {
        var path = _directory.Put("file", "old");
        var victim = _directory.Put("victim", "untouched");
        File.CreateSymbolicLink(AtomicFile.StageOf(path), victim);
        AtomicFile.Write(path, "new", ReadableByAll);
        Assert.Equal("untouched", File.ReadAllText(victim));
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal(FileKind.Regular, FileStatus.Of(path)!.Kind);
    }

    [Fact]
    public void A_stage_that_a_killed_writer_left_is_no_obstacle_and_can_be_removed()
    {
        var path = _directory.Put("file", "old");
        File.WriteAllText(AtomicFile.StageOf(path), "half");
        AtomicFile.Write(path, "new", ReadableByAll);
        AssertNoStage(path);
        File.WriteAllText(AtomicFile.StageOf(path), "half");
        Assert.True(AtomicFile.RemoveStaleStages(_directory.Path, "file"));
        Assert.False(AtomicFile.RemoveStaleStages(_directory.Path, "file"));
        AssertNoStage(path);
        Assert.Equal("new", File.ReadAllText(path));
    }

    [Fact]
    public void A_directory_that_is_not_there_is_an_error_and_nothing_else() =>
        Assert.ThrowsAny<IOException>(() => AtomicFile.Write(_directory.At("no/file"), "new", ReadableByAll));

    [Fact]
    public void A_directory_that_may_not_be_written_is_an_error_and_leaves_the_old_file()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "root may write everywhere");
        var path = _directory.Put("closed/file", "old");
        File.SetUnixFileMode(_directory.At("closed"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            Assert.ThrowsAny<UnauthorizedAccessException>(() => AtomicFile.Write(path, "new", ReadableByAll));
            Assert.Equal("old", File.ReadAllText(path));
        }
        finally
        {
            File.SetUnixFileMode(_directory.At("closed"), OwnerOnly | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void An_error_after_the_stage_was_begun_leaves_the_old_file_and_no_stage()
    {
        var path = _directory.Put("file", "old");
        const UnixFileMode NoMode = (UnixFileMode)0x10000 | OwnerOnly;
        Assert.ThrowsAny<ArgumentException>(() => AtomicFile.Write(path, "new", NoMode));
        Assert.Equal("old", File.ReadAllText(path));
        AssertNoStage(path);
    }

    [Theory]
    [InlineData(65534, 65533)]
    [InlineData(65534, 0)]
    [InlineData(0, 65533)]
    public async Task Where_root_writes_the_owner_stays(uint user, uint group)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can give files away");
        var path = _directory.Put("file", "old");
        await RunAsync("chown", $"{user}:{group}", path);
        AtomicFile.Write(path, "new", OwnerOnly);
        var status = FileStatus.Of(path)!;
        Assert.Equal((user, group, OwnerOnly), (status.User, status.Group, status.Mode));
    }

    [Fact]
    public async Task What_is_to_last_is_synced_before_its_directory_is()
    {
        var path = _directory.Put("file", "old");
        var stage = string.Empty;
        var synced = await Syncs.DuringAsync(_directory.Path, () =>
        {
            stage = AtomicFile.StageOf(path);
            AtomicFile.Write(path, "new", OwnerOnly);
        });
        Assert.Equal([stage, _directory.Path], synced);
    }

    [Fact]
    public async Task What_may_be_lost_is_not_waited_for() =>
        Assert.Empty(await Syncs.DuringAsync(_directory.Path, () => AtomicFile.Write(_directory.At("file"), "new", OwnerOnly, durable: false)));

    [Fact]
    public void The_stage_lies_beside_the_file_under_a_name_that_tells_whose_it_is() => Assert.StartsWith(
        $"/a/b/.c.ini.{Environment.ProcessId}-", AtomicFile.StageOf("/a/b/c.ini"), StringComparison.Ordinal);

    [Fact]
    public void A_stage_of_a_writer_that_lives_is_left_and_one_of_a_dead_one_removed()
    {
        var path = _directory.Put("file", "old");
        using var other = System.Diagnostics.Process.Start("sleep", "60");
        var living = _directory.Put($".file.{other.Id}-4.stage", "half");
        var strange = _directory.Put(".file.notes.stage", "somebody else's");
        AtomicFile.Write(path, "new", ReadableByAll);
        Assert.True(File.Exists(living));
        other.Kill();
        other.WaitForExit();
        AtomicFile.Write(path, "newer", ReadableByAll);
        Assert.False(File.Exists(living));
        Assert.True(File.Exists(strange));
    }

    [Fact]
    public void Many_that_write_the_same_file_at_once_leave_it_whole_and_none_fails()
    {
        var path = _directory.Put("file", new string('a', 50_000));
        Parallel.For(0, 200, i => AtomicFile.Write(path, new string((char)('a' + (i % 26)), 50_000), ReadableByAll, durable: false));
        var text = File.ReadAllText(path);
        Assert.Equal(50_000, text.Length);
        Assert.Equal(-1, text.AsSpan().IndexOfAnyExcept(text[0]));
        Assert.Single(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public void A_file_that_is_exchanged_is_new_and_nothing_of_the_old_one_is_left()
    {
        var path = _directory.Put("file", "old");
        var before = FileStatus.Of(path)!;
        Assert.True(AtomicFile.Write(path, "new", ReadableByAll, exchange: true));
        Assert.Equal("new", File.ReadAllText(path));
        Assert.NotEqual(before.Version.Inode, FileStatus.Of(path)!.Version.Inode);
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void Where_there_is_no_file_yet_nothing_is_exchanged()
    {
        var path = _directory.At("file");
        Assert.False(AtomicFile.Write(path, "new", ReadableByAll, exchange: true));
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(_directory.Path));
    }

    [Fact]
    public void Only_a_file_that_is_to_be_exchanged_is() => Assert.False(AtomicFile.Write(_directory.Put("file", "old"), "new", ReadableByAll));

    [Fact]
    public async Task A_watcher_of_the_inode_is_notified_of_an_exchange_although_something_keeps_it_alive()
    {
        var path = _directory.Put("file", "old");
        await RunAsync("ln", path, _directory.At("backup"));
        using var open = File.OpenRead(path);
        using var watch = FileWatch.TryStart(path)!;
        AtomicFile.Write(path, "new", ReadableByAll, exchange: true);
        Assert.Equal(FileEvents.Gone, watch.Wait(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task An_exchange_is_on_the_disk_after_what_was_written()
    {
        var path = _directory.Put("file", "old");
        var stage = string.Empty;
        var synced = await Syncs.DuringAsync(_directory.Path, () =>
        {
            stage = AtomicFile.StageOf(path);
            AtomicFile.Write(path, "new", OwnerOnly, exchange: true);
        });
        Assert.Equal([stage, _directory.Path], synced);
    }

    [Fact]
    public void Many_that_exchange_the_same_file_at_once_leave_it_whole_and_none_fails()
    {
        var path = _directory.Put("file", new string('a', 50_000));
        Parallel.For(0, 200, i => AtomicFile.Write(path, new string((char)('a' + (i % 26)), 50_000), ReadableByAll, durable: false, exchange: true));
        var text = File.ReadAllText(path);
        Assert.Equal(50_000, text.Length);
        Assert.Equal(-1, text.AsSpan().IndexOfAnyExcept(text[0]));
        Assert.Single(Directory.GetFiles(_directory.Path));
    }

    private static void AssertRefused(string path, FileKind kind)
    {
        var refused = Assert.Throws<FileKindException>(() => AtomicFile.Write(path, "new", ReadableByAll));
        Assert.Equal((path, kind), (refused.Path, refused.Kind));
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
    }

    private static void AssertNoStage(string path) => Assert.Null(FileStatus.Of(AtomicFile.StageOf(path)));

    private static async Task RunAsync(string tool, params string[] arguments) => Assert.Equal(0, await ExitCodeAsync(tool, arguments));

    private static async Task<int> ExitCodeAsync(string tool, params string[] arguments)
    {
        using var process = Process.Start(tool, arguments);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }
}
