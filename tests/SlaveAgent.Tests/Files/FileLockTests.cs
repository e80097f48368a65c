using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Files;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Files;

public sealed class FileLockTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private string Path => _directory.At("run/agent.lock");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_lock_is_taken_once_and_again_when_it_was_let_go()
    {
        using (var first = FileLock.TryTake(Path))
        {
            Assert.NotNull(first);
            Assert.Null(FileLock.TryTake(Path));
            Assert.True(FileLock.IsHeld(Path));
        }

        Assert.False(FileLock.IsHeld(Path));
        using var second = FileLock.TryTake(Path);
        Assert.NotNull(second);
    }

    [Fact]
    public void The_holder_can_be_named_while_it_holds_and_afterwards()
    {
        using (FileLock.TryTake(Path))
        {
            Assert.Equal(Environment.ProcessId, FileLock.HolderOf(Path));
        }

        Assert.Equal(Environment.ProcessId, FileLock.HolderOf(Path));
    }

    [Fact]
    public void In_a_message_the_holder_is_its_process_or_nothing()
    {
        Assert.Equal(string.Empty, FileLock.HolderText(Path));
        using var taken = FileLock.TryTake(Path);
        Assert.Contains($"{Environment.ProcessId}", FileLock.HolderText(Path), StringComparison.Ordinal);
        Assert.Equal(Environment.ProcessId, FileLock.HolderOf(Path));
        Assert.Equal(Environment.ProcessId, FileLock.LivingHolderOf(Path));

        // Beyond the largest number that a process can have.
        File.WriteAllText(_directory.At("run/agent.pid"), "4194305");
        Assert.Null(FileLock.LivingHolderOf(Path));
    }

    [Fact]
    public async Task Who_will_keep_it_looks_for_half_a_second_whether_somebody_only_asked()
    {
        var time = new FakeTimeProvider();
        var asking = FileLock.TryTake(Path);
        var taking = FileLock.TryTakeForLongAsync(Path, time, TestContext.Current.CancellationToken);
        for (var look = 0; look < 8; look++)
        {
            Assert.False(taking.IsCompleted);
            time.Advance(TimeSpan.FromMilliseconds(50));
        }

        Assert.False(taking.IsCompleted);
        asking!.Dispose();
        time.Advance(TimeSpan.FromMilliseconds(50));
        using var taken = await taking;
        Assert.NotNull(taken);
    }

    [Fact]
    public async Task Who_will_keep_it_gives_up_where_another_does()
    {
        var time = new FakeTimeProvider();
        using var taken = FileLock.TryTake(Path);
        var taking = FileLock.TryTakeForLongAsync(Path, time, TestContext.Current.CancellationToken);
        for (var look = 0; look < 10; look++)
        {
            Assert.False(taking.IsCompleted);
            time.Advance(TimeSpan.FromMilliseconds(50));
        }

        Assert.Null(await taking);
    }

    [Fact]
    public void Nobody_can_be_named_where_there_never_was_a_lock()
    {
        Assert.Null(FileLock.HolderOf(Path));
        Assert.False(FileLock.IsHeld(Path));
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public void Nonsense_in_place_of_the_holder_names_nobody()
    {
        _directory.Put("run/agent.pid", "not a number");
        Assert.Null(FileLock.HolderOf(Path));
    }

    [Fact]
    public void Of_many_that_want_it_at_once_one_gets_it()
    {
        var taken = new FileLock?[16];
        Parallel.For(0, taken.Length, i => taken[i] = FileLock.TryTake(Path));
        Assert.Single(taken, one => one is not null);
        Array.ForEach(taken, one => one?.Dispose());
    }

    [Fact]
    public async Task Who_waits_gets_the_lock_when_it_is_let_go()
    {
        var time = new FakeTimeProvider();
        var first = FileLock.TryTake(Path)!;
        var waiting = FileLock.TakeAsync(Path, TimeSpan.FromDays(1), time, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(waiting.IsCompleted);
        first.Dispose();
        await Eventually.IsTrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return waiting.IsCompleted;
            },
            "the lock");
        (await waiting).Dispose();
    }

    [Fact]
    public async Task Waiting_can_be_cancelled()
    {
        using var first = FileLock.TryTake(Path);
        using var cancel = new CancellationTokenSource();
        var waiting = FileLock.TakeAsync(Path, TimeSpan.FromDays(1), new FakeTimeProvider(), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public async Task Who_waits_for_one_that_was_stopped_gives_up_and_names_it()
    {
        var time = new FakeTimeProvider();
        using var first = FileLock.TryTake(Path);
        var waiting = FileLock.TakeAsync(Path, TimeSpan.FromSeconds(10), time, TestContext.Current.CancellationToken);
        await Eventually.IsTrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return waiting.IsCompleted;
            },
            "giving up");
        var giving = await Assert.ThrowsAsync<LockHeldException>(() => waiting);
        Assert.Equal((Path, Environment.ProcessId), (giving.Path, giving.Holder));
        Assert.All([Path, $"{Environment.ProcessId}"], value => Assert.Contains(value, giving.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_waits_in_vain_for_one_that_left_no_number_says_so()
    {
        using var first = FileLock.TryTake(Path);
        File.Delete(System.IO.Path.ChangeExtension(Path, ".pid"));
        var giving = await Assert.ThrowsAsync<LockHeldException>(() => FileLock.TakeAsync(Path, TimeSpan.Zero, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.Null(giving.Holder);
    }

    [Fact]
    public void Another_user_can_read_whose_the_lock_is_and_not_take_it()
    {
        using var first = FileLock.TryTake(Path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        Assert.Equal((UnixFileMode)0b110_100_100, File.GetUnixFileMode(System.IO.Path.ChangeExtension(Path, ".pid")));
    }

    [Fact]
    public void A_lock_whose_holder_cannot_be_noted_is_not_held_for_ever()
    {
        Directory.CreateDirectory(_directory.At("run/agent.pid"));
        try
        {
            FileLock.TryTake(Path)?.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whether it may be had without the note is not the question here.
        }

        Directory.Delete(_directory.At("run/agent.pid"));
        using var taken = FileLock.TryTake(Path);
        Assert.NotNull(taken);
    }

    [Fact]
    public void A_place_where_no_lock_can_be_is_an_error_and_not_a_lock_of_somebody_elses()
    {
        _directory.Put("file", "no directory");
        Assert.ThrowsAny<IOException>(() => FileLock.TryTake(_directory.At("file/agent.lock")));
    }
}
