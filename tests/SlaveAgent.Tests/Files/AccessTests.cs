using System.Diagnostics;
using SlaveAgent.Files;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Files;

/// <summary>Access control lists and extended attributes on the real file system, read and written by Python's own calls.</summary>
public sealed class AccessTests : IDisposable
{
    private const UnixFileMode Open = (UnixFileMode)0b110_100_100;
    private const UnixFileMode OfGroup = (UnixFileMode)0b110_100_000;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_people_attached_to_a_file_and_whom_they_named_survive_a_rewrite(bool exchange)
    {
        var path = _directory.Put("k2hdkc.ini", "old");
        Require(path);
        Python($"os.setxattr({Quote(path)}, 'user.origin', b'a person')");
        Python($"os.setxattr({Quote(path)}, '{AccessList.Attribute}', bytes.fromhex('{List(user: 4242)}'))");
        AtomicFile.Write(path, "new", OfGroup, exchange: exchange);
        Assert.Equal(("new", "a person"), (File.ReadAllText(path), Python($"print(os.getxattr({Quote(path)}, 'user.origin').decode())")));
        Assert.Equal(List(user: 4242), Python($"print(os.getxattr({Quote(path)}, '{AccessList.Attribute}').hex())"));
    }

    [Fact]
    public void The_mode_governs_owner_group_and_others_and_leaves_who_is_named()
    {
        var path = _directory.Put("k2hdkc.ini", "old");
        Require(path);
        ExtendedAttributes.SetAccessList(path, AccessList.Of(Open).With(new FileReaders(4242, null)).With(OwnerOnly).With(new FileReaders(4242, null)));
        AtomicFile.Write(path, "new", OwnerOnly);
        var list = ExtendedAttributes.AccessListOf(path)!;
        Assert.Equal((OwnerOnly, true, false), (list.Mode, list.CanRead(new FileReaders(4242, null)), list.CanRead(new FileReaders(4243, null))));
    }

    /// <summary>Another user's process, in a user namespace of its own where the test is not root.</summary>
    [Fact]
    public void A_reader_that_the_mode_keeps_out_can_read_and_others_cannot()
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root can become another user");
        var path = _directory.Put("k2hdkc.ini", "old");
        Require(path);
        AtomicFile.Write(path, "new", OfGroup, readers: new FileReaders(4242, 4300));
        File.SetUnixFileMode(_directory.Path, Open | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Assert.Equal("new", ReadAs(4242, 4242));
        Assert.Equal("new", ReadAs(5000, 4300));
        Assert.Equal("PermissionError", ReadAs(4243, 4243));

        string ReadAs(int user, int group) => Python(
            $$"""
            os.setgroups([]); os.setgid({{group}}); os.setuid({{user}})
            try:
                print(open({{Quote(path)}}).read())
            except Exception as e:
                print(type(e).__name__)
            """);
    }

    [Fact]
    public void A_file_without_a_list_gets_none_where_the_mode_lets_its_readers_in()
    {
        var path = _directory.At("k2hdkc.ini");
        AtomicFile.Write(path, "new", Open, readers: new FileReaders(4242, 4300));
        Assert.Null(ExtendedAttributes.AccessListOf(path));
    }

    [Fact]
    public void A_list_reads_as_it_was_written_and_what_is_none_is_none()
    {
        var list = AccessList.Of(OfGroup).With(new FileReaders(7, 8));
        Assert.Equal(list.ToBytes(), AccessList.TryRead(list.ToBytes())!.ToBytes());
        Assert.True(list.SaysMoreThanMode);
        Assert.False(AccessList.Of(OfGroup).SaysMoreThanMode);
        Assert.All(new byte[][] { [], [2, 0, 0], [1, 0, 0, 0], [2, 0, 0, 0, 1] }, value => Assert.Null(AccessList.TryRead(value)));
    }

    private static string List(uint user) => Convert.ToHexStringLower(AccessList.Of(OfGroup).With(new FileReaders(user, null)).ToBytes());

    private static string Quote(string text) => $"'{text}'";

    private static void Require(string path)
    {
        try
        {
            ExtendedAttributes.SetAccessList(path, AccessList.Of(OfGroup).With(new FileReaders(1, null)));
            ExtendedAttributes.SetAccessList(path, AccessList.Of(OfGroup));
        }
        catch (FileBlockedException e)
        {
            Assert.Skip($"the file system of the test's directory has no access control lists: {e.Message}");
        }
    }

    private static string Python(string code)
    {
        using var python = Process.Start(new ProcessStartInfo("python3", ["-c", $"import os\n{code}"]) { RedirectStandardOutput = true })!;
        var output = python.StandardOutput.ReadToEnd().Trim();
        python.WaitForExit();
        Assert.Equal(0, python.ExitCode);
        return output;
    }
}
