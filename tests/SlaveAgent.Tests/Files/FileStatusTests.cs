using System.Diagnostics;
using System.Net.Sockets;
using SlaveAgent.Files;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Files;

public sealed class FileStatusTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Each_kind_of_file_is_told_apart_and_no_link_followed()
    {
        var file = _directory.Put("file", "text");
        File.CreateSymbolicLink(_directory.At("link"), file);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_directory.At("socket")));
        using (var mkfifo = Process.Start("mkfifo", [_directory.At("fifo")]))
        {
            await mkfifo.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(FileKind.Regular, FileStatus.Of(file)?.Kind);
        Assert.Equal(FileKind.SymbolicLink, FileStatus.Of(_directory.At("link"))?.Kind);
        Assert.Equal(FileKind.Socket, FileStatus.Of(_directory.At("socket"))?.Kind);
        Assert.Equal(FileKind.Fifo, FileStatus.Of(_directory.At("fifo"))?.Kind);
        Assert.Equal(FileKind.Directory, FileStatus.Of(_directory.Path)?.Kind);
        Assert.Equal(FileKind.Device, FileStatus.Of("/dev/null")?.Kind);
    }

    [Fact]
    public void Where_nothing_is_there_is_no_status()
    {
        _directory.Put("file", "text");
        Assert.Null(FileStatus.Of(_directory.At("nothing")));
        Assert.Null(FileStatus.Of(_directory.At("file/below")));
    }

    [Fact]
    public void A_path_that_cannot_be_looked_at_is_an_error() => Assert.EndsWith(
        ": File name too long", Assert.Throws<IOException>(() => FileStatus.Of(_directory.At(new string('a', 300)))).Message, StringComparison.Ordinal);

    [Fact]
    public void Mode_size_and_links_are_those_of_the_file()
    {
        var path = _directory.Put("file", "text");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.SetUser | UnixFileMode.OtherExecute);
        var status = FileStatus.Of(path)!;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.SetUser | UnixFileMode.OtherExecute, status.Mode);
        Assert.Equal((1u, 4ul), (status.Links, status.Version.Size));
    }

    [Fact]
    public void The_version_is_the_same_while_the_file_is_and_another_when_it_was_written_or_replaced()
    {
        var path = _directory.Put("file", "text");
        var first = FileStatus.Of(path)!.Version;
        Assert.Equal(first, FileStatus.Of(path)!.Version);
        File.AppendAllText(path, "more");
        var second = FileStatus.Of(path)!.Version;
        Assert.NotEqual(first, second);
        AtomicFile.Write(path, "textmore", UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.NotEqual(second, FileStatus.Of(path)!.Version);
        File.SetLastWriteTimeUtc(path, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal(978307200, FileStatus.Of(path)!.Version.ModifiedSeconds);
    }
}
