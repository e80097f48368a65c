using CsCheck;
using SlaveAgent.Files;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Files;

public sealed class GenerationsTests : IDisposable
{
    private const UnixFileMode Open = (UnixFileMode)0b110_100_100;

    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Without_a_directory_there_is_none_and_nothing_to_read()
    {
        var generations = new Generations(_directory.At("none"), 5, Open);
        Assert.Equal(0, generations.Newest);
        Assert.Null(generations.ReadNewest());
    }

    [Fact]
    public void Where_none_are_to_be_kept_not_even_a_directory_is_made()
    {
        new Generations(_directory.At("none"), 0, Open).Keep(1, "text");
        Assert.False(Directory.Exists(_directory.At("none")));
    }

    [Fact]
    public void The_directory_is_made_and_what_a_killed_agent_left_half_written_removed()
    {
        var directory = _directory.At("state/generations");
        new Generations(directory, 3, Open).Keep(1, "text 1");
        // The number is beyond the largest that a process can have.
        var dead = AtomicFile.StageOf(Path.Join(directory, "generation-2.ini")).Replace($".{Environment.ProcessId}-", ".4194305-", StringComparison.Ordinal);
        File.WriteAllText(dead, "half");
        new Generations(directory, 3, Open).Keep(3, "text 3");
        Assert.False(File.Exists(dead));
        Assert.True(File.Exists(Path.Join(directory, "generation-1.ini")));
    }

    [Fact]
    public void The_newest_comes_back_as_it_was_and_the_oldest_go()
    {
        var generations = new Generations(_directory.Path, 3, Open);
        for (var i = 8; i <= 12; i++)
        {
            generations.Keep(i, $"text {i}");
        }

        Assert.Equal(12, generations.Newest);
        Assert.Equal("text 12", generations.ReadNewest());
        Assert.Equal(["generation-10.ini", "generation-11.ini", "generation-12.ini"], Names());
    }

    [Fact]
    public void As_many_stay_as_are_to_be_kept() =>
        Gen.Select(Gen.Int[0, 6], Gen.Int[0, 12]).Sample((keep, count) =>
        {
            using var directory = new TempDirectory();
            var generations = new Generations(directory.Path, keep, Open);
            for (var i = 1; i <= count; i++)
            {
                generations.Keep(i, "text");
            }

            return Directory.GetFiles(directory.Path).Length == Math.Min(keep, count);
        }, iter: 50);

    [Fact]
    public void After_the_last_number_the_first_is_the_newest_again()
    {
        var generations = new Generations(_directory.Path, 3, Open);
        generations.Keep(int.MaxValue - 1, "last but one");
        generations.Keep(int.MaxValue, "last");
        generations.Keep(1, "first");
        Assert.Equal(1, generations.Newest);
        Assert.Equal("first", generations.ReadNewest());
    }

    [Fact]
    public void Files_of_another_making_are_neither_counted_nor_removed()
    {
        foreach (var name in (string[])["generation-.ini", "generation-x.ini", "generation--4.ini", "generation-99999999999.ini", "generation-7.ini.bak", "other"])
        {
            _directory.Put(name, "text");
        }

        var generations = new Generations(_directory.Path, 1, Open);
        generations.Keep(2, "text");
        generations.Keep(3, "text");
        Assert.Equal(3, generations.Newest);
        Assert.Equal(7, Names().Count);
    }

    [Fact]
    public void A_copy_is_a_file_of_its_own()
    {
        new Generations(_directory.Path, 1, Open).Keep(1, "text");
        var status = FileStatus.Of(_directory.At("generation-1.ini"))!;
        Assert.Equal((1u, (UnixFileMode)0b110_100_100), (status.Links, status.Mode));
    }

    [Fact]
    public void No_copy_is_more_readable_than_the_configuration()
    {
        const UnixFileMode Closed = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        new Generations(_directory.Path, 3, Open).Keep(1, "text 1");
        new Generations(_directory.Path, 3, Closed).Keep(2, "text 2");
        Assert.All(Names(), name => Assert.Equal(Closed, File.GetUnixFileMode(_directory.At(name))));
    }

    private List<string> Names() => [.. Directory.EnumerateFiles(_directory.Path).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];
}
