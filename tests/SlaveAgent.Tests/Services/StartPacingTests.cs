using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Services;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Services;

public sealed class StartPacingTests : IDisposable
{
    private const string Ini = "/etc/antpickax/k2hdkc.ini";

    private static readonly FileVersion Version = new(1, 2, 3, 4);

    private readonly TempDirectory _directory = new();
    private readonly string _unit = Tools.NewUnit();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Starts_that_fail_one_after_another_are_paced_by_doubling_up_to_half_a_minute()
    {
        var delays = new List<double>();
        var last = new ChmpxStart(0, 0, Version);
        for (var restart = 1; restart <= 9; restart++)
        {
            var now = last.At + TimeSpan.FromMilliseconds(300);
            var delay = StartPacing.DelayBefore(last, now, restart, Version);
            delays.Add(delay.TotalSeconds);
            last = new ChmpxStart((long)(now + delay).TotalMilliseconds, (long)delay.TotalMilliseconds, Version);
        }

        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30, 30], delays);
    }

    [Theory]
    [InlineData(0, 1, "a start that somebody asked for")]
    [InlineData(3, 60, "the end of a long run")]
    [InlineData(3, -1, "a last start in the future")]
    public void There_is_no_wait_after(int restarts, int secondsSinceStart, string what)
    {
        var last = new ChmpxStart(100_000, 8_000, Version);
        Assert.True(StartPacing.DelayBefore(last, last.At + TimeSpan.FromSeconds(secondsSinceStart), restarts, Version) == TimeSpan.Zero, what);
    }

    [Fact]
    public void There_is_no_wait_with_another_configuration_or_when_no_start_is_known()
    {
        var last = new ChmpxStart(100_000, 8_000, Version);
        Assert.Equal(TimeSpan.Zero, StartPacing.DelayBefore(last, last.At, 3, Version with { Inode = 9 }));
        Assert.Equal(TimeSpan.Zero, StartPacing.DelayBefore(last, last.At, 3, null));
        Assert.Equal(TimeSpan.Zero, StartPacing.DelayBefore(null, last.At, 3, Version));
    }

    [Fact]
    public void Where_systemd_does_not_say_why_it_starts_chmpx_the_start_is_paced() =>
        Assert.Equal(TimeSpan.FromSeconds(16), StartPacing.DelayBefore(new ChmpxStart(100_000, 8_000, Version), TimeSpan.FromSeconds(101), null, Version));

    [Fact]
    public async Task Each_start_is_remembered_for_the_next_one()
    {
        _directory.Put(Ini, "one");
        Restarted(0);
        Assert.Empty(await StartAsync());
        Assert.Equal(TimeSpan.Zero, Remembered.Delay);
        Restarted(1);
        Assert.Contains("0.5 s", Assert.Single(await StartAsync()), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromMilliseconds(500), Remembered.Delay);
        Restarted(2);
        Assert.Contains("1 s", Assert.Single(await StartAsync()), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromMilliseconds(1000), Remembered.Delay);
        Restarted(0);
        Assert.Empty(await StartAsync());
        Assert.Equal(TimeSpan.Zero, Remembered.Delay);
        Restarted(1);
        Assert.Contains("0.5 s", Assert.Single(await StartAsync()), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromMilliseconds(500), Remembered.Delay);
    }

    [Fact]
    public async Task A_new_configuration_ends_the_wait()
    {
        _directory.Put(Ini, "one");
        Restarted(5);
        StateFile.Save(
            _directory.Root.Agent.ChmpxStart, new ChmpxStart((long)Now.TotalMilliseconds, 16_000, FileStatus.Of(_directory.At(Ini))!.Version), ServicesJson.Default.ChmpxStart);
        var before = Now;
        await StartAsync(waiting: () =>
        {
            AtomicFile.Write(_directory.At(Ini), "another", UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return true;
        });

        // The whole wait is 30 s; the fake clock is far ahead of the thread that looks at the file.
        Assert.True(Now - before < TimeSpan.FromSeconds(15), $"{Now - before}");
    }

    [Fact]
    public async Task What_was_remembered_and_cannot_be_read_holds_nothing_up()
    {
        _directory.Put(Ini, "one");
        TempDirectory.PutAt(_directory.Root.Agent.ChmpxStart, "{\"at_milli");
        Restarted(5);
        Assert.Empty(await StartAsync());
    }

    private ChmpxStart Remembered => StateFile.TryLoad(_directory.Root.Agent.ChmpxStart, ServicesJson.Default.ChmpxStart)!;

    private void Restarted(int times) => Tools.Show(_unit, $"Id={_unit}\nNRestarts={times}");

    private TimeSpan Now => TimeSpan.FromMilliseconds(_time.GetTimestamp() / (_time.TimestampFrequency / 1000));

    /// <returns>What was said.</returns>
    private async Task<List<string>> StartAsync(Func<bool>? waiting = null)
    {
        var said = new List<string>();
        var starts = new ChmpxStarts(_directory.Root, new Systemctl(new CommandRunner(TimeProvider.System)), _time);
        var ready = starts.WaitAsync(_unit, Ini, said.Add, Cancel);
        while (!ready.IsCompleted)
        {
            // The wait is in steps of the fake clock; what comes before it needs real time.
            if (said.Count > 0)
            {
                waiting?.Invoke();
                waiting = null;
                _time.Advance(TimeSpan.FromMilliseconds(100));
            }

            await Task.Delay(1, Cancel);
        }

        await ready;
        return said;
    }
}
