using SlaveAgent.Files;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Files;

public sealed class LostFileWatchTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly LostFileWatch _watch;
    private int _lost;
    private int _lostWhileThere;

    public LostFileWatchTests()
    {
        _watch = new LostFileWatch(Ini);
        _watch.Lost += () =>
        {
            _ = File.Exists(Ini) ? Interlocked.Increment(ref _lostWhileThere) : 0;
            Interlocked.Increment(ref _lost);
        };
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
            await LostAsync(time);
        }
    }

    [Fact]
    public async Task A_file_that_is_moved_away_is_told()
    {
        Write();
        _watch.Ensure();
        File.Move(Ini, Ini + ".bak");
        await LostAsync(1);
    }

    [Fact]
    public async Task A_directory_that_is_deleted_and_made_again_is_watched_again()
    {
        Write();
        _watch.Ensure();
        Directory.Delete(Path.GetDirectoryName(Ini)!, recursive: true);
        await LostAsync(1);
        Assert.False(_watch.Ensure());
        Write();
        Assert.True(_watch.Ensure());
        File.Delete(Ini);
        await LostAsync(2);
    }

    [Fact]
    public async Task An_exchange_of_the_file_is_no_loss()
    {
        Write();
        _watch.Ensure();
        for (var time = 1; time <= 100; time++)
        {
            AtomicFile.Write(Ini, $"B{time}", UnixFileMode.UserRead | UnixFileMode.UserWrite, exchange: true);
        }

        // What is told of an exchange may come only after the deletion, and is then told of that.
        File.Delete(Ini);
        await LostAsync(1);
        Assert.Equal(0, Volatile.Read(ref _lostWhileThere));
    }

    private void Write()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Ini)!);
        File.WriteAllText(Ini, "A");
    }

    private Task LostAsync(int times) => Eventually.IsTrueAsync(() => Volatile.Read(ref _lost) >= times, $"loss {times} is told");
}
