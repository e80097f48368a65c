using SlaveAgent.Files;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Files;

public sealed class PlacedFileWatchTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly PlacedFileWatch _watch;
    private int _told;

    public PlacedFileWatchTests()
    {
        _watch = new PlacedFileWatch(Ini);
        _watch.Changed += () => Interlocked.Increment(ref _told);
    }

    private string Ini => _directory.At("etc/antpickax/k2hdkc.ini");

    public void Dispose()
    {
        _watch.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_deleted_file_is_told_each_time()
    {
        for (var time = 1; time <= 3; time++)
        {
            Write();
            Assert.True(_watch.Ensure());
            File.Delete(Ini);
            await ToldAsync(time);
        }
    }

    [Fact]
    public async Task A_file_that_is_moved_away_is_told()
    {
        Write();
        _watch.Ensure();
        File.Move(Ini, Ini + ".bak");
        await ToldAsync(1);
    }

    [Fact]
    public async Task A_directory_that_is_deleted_and_made_again_is_watched_again()
    {
        Write();
        _watch.Ensure();
        Directory.Delete(Path.GetDirectoryName(Ini)!, recursive: true);
        await ToldAsync(1);
        Assert.False(_watch.Ensure());
        Write();
        Assert.True(_watch.Ensure());
        File.Delete(Ini);
        await ToldAsync(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_another_one_took_the_place_of_is_told_each_time(bool exchange)
    {
        Write();
        _watch.Ensure();
        for (var time = 1; time <= 3; time++)
        {
            var before = Volatile.Read(ref _told);
            AtomicFile.Write(Ini, $"B{time}", UnixFileMode.UserRead | UnixFileMode.UserWrite, exchange: exchange);
            await ToldAsync(before + 1);
        }
    }

    [Fact]
    public async Task A_file_that_comes_where_there_was_none_is_told()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Ini)!);
        _watch.Ensure();
        Write();
        await ToldAsync(1);
    }

    [Fact]
    public void What_happens_to_other_files_of_the_directory_is_not_told()
    {
        Write();
        _watch.Ensure();
        File.WriteAllText(Ini + ".bak", "A");
        File.Move(Ini + ".bak", Ini + ".old");
        File.Delete(Ini + ".old");
        File.Delete(Ini);

        // They are told in their order.
        SpinWait.SpinUntil(() => Volatile.Read(ref _told) > 0, TimeSpan.FromSeconds(30));
        Assert.Equal(1, Volatile.Read(ref _told));
    }

    private void Write()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Ini)!);
        File.WriteAllText(Ini, "A");
    }

    private Task ToldAsync(int times) => Eventually.IsTrueAsync(() => Volatile.Read(ref _told) >= times, $"change {times} is told");
}
