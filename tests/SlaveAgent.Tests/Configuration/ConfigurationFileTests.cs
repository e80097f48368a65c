using System.Diagnostics;
using System.Globalization;
using CsCheck;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;
using FileEvents = SlaveAgent.Sandbox.Chmpx.FileEvents;
using FileWatch = SlaveAgent.Sandbox.Chmpx.FileWatch;

namespace SlaveAgent.Tests.Configuration;

public sealed class ConfigurationFileTests : IDisposable
{
    private const string HostPath = "/etc/antpickax/k2hdkc.ini";
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private static readonly IniDocument Sample = IniReader.Read(SampleIni.Text);

    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Path => _directory.At(HostPath);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_first_generation_is_one_and_each_further_one_more()
    {
        var file = Open();
        Assert.Null(file.Current);
        for (var i = 1; i <= 4; i++)
        {
            var written = await file.WriteAsync(Sample, null, Cancel);
            Assert.Equal((i, null), (written.Generation, written.CopyFailed));
            Assert.Equal(i, file.Current?.FileVersion);
            Assert.True(IniComparison.SaysTheSame(Sample, file.Current!));
        }

        Assert.Equal(Mode, File.GetUnixFileMode(Path));
        Assert.True(file.HasRightMode);
    }

    [Fact]
    public async Task The_number_rises_over_a_restart()
    {
        await Open().WriteAsync(Sample, null, Cancel);
        Assert.Equal(2, (await Open().WriteAsync(Sample, null, Cancel)).Generation);
    }

    [Fact]
    public async Task The_number_rises_over_a_file_of_anothers_making()
    {
        _directory.Put(HostPath, SampleIni.With(["a"], generation: 41));
        Assert.Equal(42, (await Open().WriteAsync(Sample, null, Cancel)).Generation);
    }

    [Fact]
    public async Task The_number_rises_over_a_file_that_was_changed_while_it_was_not_looked_at()
    {
        var file = Open();
        await file.WriteAsync(Sample, null, Cancel);
        _directory.Put(HostPath, SampleIni.With(["a"], generation: 100));
        Assert.Equal(101, (await file.WriteAsync(Sample, null, Cancel)).Generation);
    }

    [Fact]
    public async Task The_number_rises_when_the_file_or_the_state_is_lost()
    {
        await Open().WriteAsync(Sample, null, Cancel);
        await Open().WriteAsync(Sample, null, Cancel);
        File.Delete(Path);
        Assert.Equal(3, (await Open().WriteAsync(Sample, null, Cancel)).Generation);
        Directory.Delete(_directory.Root.Agent.GenerationsDirectory, recursive: true);
        Assert.Equal(4, (await Open().WriteAsync(Sample, null, Cancel)).Generation);
    }

    [Fact]
    public async Task The_number_is_another_than_the_one_chmpx_has_loaded_also_when_all_is_lost() => Assert.Equal(10, (await Open().WriteAsync(Sample, 9, Cancel)).Generation);

    [Theory]
    [InlineData("many")]
    [InlineData("-5")]
    [InlineData("2147483648")]
    [InlineData("")]
    public async Task A_version_that_is_none_counts_as_none(string version)
    {
        _directory.Put(HostPath, SampleIni.Text.Replace("FILEVERSION = 1", $"FILEVERSION = {version}", StringComparison.Ordinal));
        Assert.Equal(1, (await Open().WriteAsync(Sample, null, Cancel)).Generation);
    }

    [Fact]
    public async Task After_the_last_number_below_two_to_the_31_they_begin_again_and_go_on_rising()
    {
        _directory.Put(HostPath, SampleIni.With(["a"], generation: int.MaxValue - 1));
        var file = Open();
        var given = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            given.Add((await file.WriteAsync(Sample, file.Current?.FileVersion, Cancel)).Generation);
        }

        Assert.Equal([int.MaxValue, 1, 2, 3, 4], given);
    }

    [Fact]
    public void No_number_follows_itself_or_leaves_the_31_bits() => Gen.Int.Sample(highest => ConfigurationFile.Next(highest) is > 0 and var next && next != highest);

    [Fact]
    public async Task Whatever_happens_between_two_writes_the_number_is_never_the_one_before()
    {
        var random = new Random(20261122);
        var file = Open();
        int? loaded = null;
        for (var i = 0; i < 200; i++)
        {
            switch (random.Next(7))
            {
                case 0:
                    file = Open();
                    break;
                case 1:
                    _directory.Put(HostPath, SampleIni.With(["a"], random.Next(1, 1000)));
                    break;
                case 2:
                    File.Delete(Path);
                    break;
                case 3 when Directory.Exists(_directory.Root.Agent.GenerationsDirectory):
                    Directory.Delete(_directory.Root.Agent.GenerationsDirectory, recursive: true);
                    break;
                case 4:
                    _directory.Put(HostPath, "garbage");
                    break;
                default:
                    break;
            }

            var (generation, _) = await file.WriteAsync(Sample, loaded, Cancel);
            Assert.NotEqual(loaded, generation);
            loaded = generation;
        }
    }

    [Fact]
    public async Task A_copy_of_each_generation_is_kept_up_to_the_number_asked_for()
    {
        var file = Open(keep: 2);
        for (var i = 0; i < 4; i++)
        {
            await file.WriteAsync(Sample, null, Cancel);
        }

        Assert.Equal(
            ["generation-3.ini", "generation-4.ini"],
            Directory.EnumerateFiles(_directory.Root.Agent.GenerationsDirectory).Select(System.IO.Path.GetFileName).Order());
        Assert.Equal(file.ReadText(), await File.ReadAllTextAsync($"{_directory.Root.Agent.GenerationsDirectory}/generation-4.ini", Cancel));
    }

    [Fact]
    public async Task A_copy_that_cannot_be_kept_is_told_and_the_configuration_is_in_place_all_the_same()
    {
        TempDirectory.PutAt(_directory.Root.Agent.StateDirectory, "in the way");
        var (generation, copyFailed) = await Open().WriteAsync(Sample, null, Cancel);
        Assert.Equal(1, generation);
        Assert.NotNull(copyFailed);
        Assert.Equal(1, Open().Also(f => f.Refresh()).Current?.FileVersion);
    }

    [Fact]
    public async Task A_file_that_cannot_be_replaced_stays_as_it_is()
    {
        Directory.CreateDirectory(Path);
        await Assert.ThrowsAsync<FileKindException>(() => Open().WriteAsync(Sample, null, Cancel));
        Assert.True(Directory.Exists(Path));
    }

    [Fact]
    public async Task A_change_by_others_is_seen_once()
    {
        var file = Open();
        Assert.False(file.Refresh());
        await file.WriteAsync(Sample, null, Cancel);
        Assert.False(file.Refresh());
        _time.Advance(TimeSpan.FromSeconds(9));
        _directory.Put(HostPath, SampleIni.With(["a"], generation: 5));
        Assert.True(file.Refresh());
        Assert.False(file.Refresh());
        Assert.Equal(5, file.Current?.FileVersion);
        Assert.Equal(TimeSpan.Zero, _time.GetElapsedTime(file.ChangedAt));
        File.Delete(Path);
        Assert.True(file.Refresh());
        Assert.Null(file.Current);
        Assert.Null(file.ReadText());
        Assert.False(file.Refresh());
    }

    [Fact]
    public void A_link_in_the_place_of_the_file_is_no_file()
    {
        _directory.Put("elsewhere.ini", SampleIni.Text);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!);
        File.CreateSymbolicLink(Path, _directory.At("elsewhere.ini"));
        var file = Open();
        file.Refresh();
        Assert.Null(file.Current);
    }

    [Fact]
    public async Task A_further_hard_link_to_the_old_file_does_not_matter_because_the_two_are_exchanged()
    {
        var file = Open();
        await file.WriteAsync(Sample, null, Cancel);
        using (var ln = Process.Start("ln", [Path, _directory.At("backup")]))
        {
            await ln.WaitForExitAsync(Cancel);
        }

        using var watch = FileWatch.TryStart(Path)!;
        await file.WriteAsync(Sample, null, Cancel);
        Assert.False(file.OldFileWasLinked);
        Assert.Equal(FileEvents.Gone, watch.Wait(TimeSpan.FromMinutes(1)));
        Assert.Equal(2, file.Current?.FileVersion);
        Assert.Equal(1, IniReader.Read(await File.ReadAllTextAsync(_directory.At("backup"), Cancel)).FileVersion);
    }

    [Fact]
    public async Task After_a_change_nobody_polls_for_200_ms_whoever_made_it()
    {
        var file = OpenNow();
        Assert.Equal(TimeSpan.Zero, file.UntilPollAllowed);
        await file.WriteAsync(Sample, null, Cancel);
        Assert.InRange(file.UntilPollAllowed, TimeSpan.FromTicks(1), TimeSpan.FromMilliseconds(200));
        _time.Advance(TimeSpan.FromMilliseconds(200));
        Assert.Equal(TimeSpan.Zero, file.UntilPollAllowed);
        file.Refresh();
        Assert.Equal(TimeSpan.Zero, file.UntilPollAllowed);
        _directory.Put("elsewhere.ini", SampleIni.Text);
        File.Move(_directory.At("elsewhere.ini"), Path, overwrite: true);
        file.Refresh();
        Assert.InRange(file.UntilPollAllowed, TimeSpan.FromTicks(1), TimeSpan.FromMilliseconds(200));
        File.Delete(Path);
        file.Refresh();
        Assert.Equal(TimeSpan.Zero, file.UntilPollAllowed);
    }

    [Theory]
    [InlineData(0, 0, 200)]
    [InlineData(50, 0, 150)]
    [InlineData(0, 50, 150)]
    [InlineData(120, 60, 20)]
    [InlineData(200, 0, 0)]
    [InlineData(0, 200, 0)]
    [InlineData(86_400_000, 0, 0)]
    [InlineData(-86_400_000, 0, 200)]
    [InlineData(-86_400_000, 199, 1)]
    [InlineData(-86_400_000, 200, 0)]
    public void The_pause_is_the_rest_of_200_ms_and_a_clock_that_was_set_makes_it_no_longer(int ageThen, int since, int left) => Assert.Equal(
        TimeSpan.FromMilliseconds(left), ConfigurationFile.PauseLeft(TimeSpan.FromMilliseconds(ageThen), TimeSpan.FromMilliseconds(since)));

    [Fact]
    public async Task The_first_connection_after_a_write_comes_when_the_pause_is_over()
    {
        var polls = 0;
        using var chmpx = new Listener((_, _) =>
        {
            polls++;
            return Task.CompletedTask;
        });
        var file = OpenNow();
        await file.WriteAsync(Sample, null, Cancel);
        var polling = PollAsync();
        var left = file.UntilPollAllowed;
        _time.Advance(left - TimeSpan.FromMilliseconds(1));
        Assert.False(polling.IsCompleted);
        Assert.Equal(0, polls);
        _time.Advance(TimeSpan.FromMilliseconds(2));
        await polling;
        Assert.Equal(1, polls);

        async Task PollAsync()
        {
            await file.PollAllowedAsync(Cancel);
            await new ControlPort(TimeProvider.System).PollAsync(chmpx.Port, Cancel);
        }
    }

    [Fact]
    public async Task A_file_that_is_written_again_and_again_is_not_waited_for_for_ever()
    {
        var file = OpenNow();
        await file.WriteAsync(Sample, null, Cancel);
        var waiting = file.PollAllowedAsync(Cancel);
        for (var write = 0; !waiting.IsCompleted; write++)
        {
            Assert.InRange(write, 0, 5);
            File.SetLastWriteTimeUtc(Path, DateTime.UnixEpoch.AddSeconds(write));
            _time.Advance(TimeSpan.FromMilliseconds(200));
        }

        await waiting;
    }

    [Fact]
    public async Task Two_that_write_take_turns_and_give_each_generation_once()
    {
        var given = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            async () => (await new ConfigurationFile(_directory.Root, HostPath, Mode, 5, TimeProvider.System).WriteAsync(Sample, null, Cancel)).Generation)));
        Assert.Equal(Enumerable.Range(1, 8), given.Order());
        Assert.Equal(8.ToString(CultureInfo.InvariantCulture), IniReader.Read(await File.ReadAllTextAsync(Path, Cancel)).Global("FILEVERSION"));
    }

    [Fact]
    public async Task A_wrong_mode_is_noticed()
    {
        var file = Open();
        await file.WriteAsync(Sample, null, Cancel);
        File.SetUnixFileMode(Path, UnixFileMode.UserRead);
        Assert.False(file.HasRightMode);
    }

    [Fact]
    public void What_a_killed_agent_left_half_written_is_removed()
    {
        var file = Open();
        _directory.Put("etc/antpickax/k2hdkc.ini", SampleIni.Text);
        File.WriteAllText(AtomicFile.StageOf(Path), "half");
        Assert.True(file.RemoveStaleStages());
        Assert.False(file.RemoveStaleStages());
    }

    /// <summary>By a clock that shows the kernel's time, which the file's times are of, and then stands still.</summary>
    private ConfigurationFile OpenNow()
    {
        _time.SetUtcNow(DateTimeOffset.UtcNow);
        return Open();
    }

    private ConfigurationFile Open(int keep = 5) => new(_directory.Root, HostPath, Mode, keep, _time);
}

internal static class AlsoExtensions
{
    /// <summary>The object after something was done with it.</summary>
    public static T Also<T>(this T it, Action<T> action)
    {
        action(it);
        return it;
    }
}
