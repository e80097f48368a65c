using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Configuration;

/// <summary>The history as configurations are really written.</summary>
public sealed class HistoryFileTests : IDisposable
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Path => _directory.Root.Agent.History;

    private IReadOnlyList<GenerationEntry> Entries => HistoryFile.Read(Path)!.Entries;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Each_generation_is_entered_with_what_it_changed_and_no_more_readable_than_the_configuration()
    {
        await Open().WriteAsync(Ini("a", "b"), null, Cancel);
        await Open().WriteAsync(Ini("b", "c"), null, Cancel, GenerationCause.Regenerate);
        Assert.Equal([(1, GenerationCause.Poll, null), (2, GenerationCause.Regenerate, 1)], Entries.Select(entry => ((int, GenerationCause, int?))(entry.Generation!.Value, entry.Cause, entry.Was)));
        Assert.Equal(("c", "a"), (Assert.Single(Entries[1].Added.Names), Assert.Single(Entries[1].Removed.Names)));
        Assert.Equal(Mode, File.GetUnixFileMode(Path));
    }

    [Fact]
    public async Task Several_writers_at_once_lose_no_entry()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(
            async () =>
            {
                var file = new ConfigurationFile(_directory.Root, "/etc/antpickax/k2hdkc.ini", Mode, 5, TimeProvider.System);
                for (var i = 0; i < 5; i++)
                {
                    await file.WriteAsync(Ini($"{writer}-{i}"), null, Cancel);
                }
            },
            Cancel)));
        Assert.Equal(Enumerable.Range(1, 20), Entries.Select(entry => entry.Generation!.Value));
    }

    [Fact]
    public async Task What_is_refused_again_after_a_generation_is_entered_again()
    {
        var file = Open();
        file.NoteRefused(GenerationCause.Poll, Reasons.ConfigurationRefused, "line 3");
        file.NoteRefused(GenerationCause.Poll, Reasons.ConfigurationRefused, "line 3");
        await file.WriteAsync(Ini("a"), null, Cancel);
        file.NoteRefused(GenerationCause.Poll, Reasons.ConfigurationRefused, "line 3");
        Assert.Equal([null, 1, null], Entries.Select(entry => entry.Generation));
    }

    [Fact]
    public async Task A_file_that_was_lost_is_compared_with_its_copy()
    {
        await Open().WriteAsync(Ini("a", "b"), null, Cancel);
        File.Delete(_directory.At("etc/antpickax/k2hdkc.ini"));
        await Open().WriteAsync(Ini("a", "b", "c"), null, Cancel, GenerationCause.Restored);
        Assert.Equal((1, "c"), (Entries[1].Was, Assert.Single(Entries[1].Added.Names)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("""{"schema":2,"entries":[]}""")]
    [InlineData("""{"schema":1}""")]
    [InlineData("""{"schema":1,"entries":[null]}""")]
    [InlineData("""{"schema":1,"entries":[{"generation":1,"at":"2026-11-26T00:00:00Z","cause":"Poll","added":null}]}""")]
    [InlineData("""{"schema":1,"entries":[{"generation":1,"at":"2026-11-26T00:00:00Z","cause":"Whim"}]}""")]
    public async Task What_is_no_history_is_set_aside(string text)
    {
        TempDirectory.PutAt(Path, text);
        Assert.Null(HistoryFile.Read(Path));
        await Open().WriteAsync(Ini("a"), null, Cancel);
        Assert.Equal(1, Assert.Single(Entries).Generation);
        Assert.Equal(text, await File.ReadAllTextAsync($"{Path}.broken", Cancel));
    }

    [Fact]
    public async Task A_directory_a_link_or_a_fifo_in_its_place_is_set_aside_and_not_followed()
    {
        Directory.CreateDirectory(Path);
        await Open().WriteAsync(Ini("a"), null, Cancel);
        Assert.Single(Entries);

        Directory.Delete($"{Path}.broken");
        File.Delete(Path);
        File.CreateSymbolicLink(Path, _directory.Put("other", "text"));
        await Open().WriteAsync(Ini("b"), null, Cancel);
        Assert.Single(Entries);
        Assert.Equal("text", await File.ReadAllTextAsync(_directory.At("other"), Cancel));

        File.Delete(Path);
        using (var fifo = Process.Start("mkfifo", [Path]))
        {
            await fifo.WaitForExitAsync(Cancel);
        }

        await Open().WriteAsync(Ini("c"), null, Cancel);
        Assert.Single(Entries);
    }

    [Fact]
    public async Task What_could_not_be_written_is_entered_once_it_can_and_holds_nothing_up()
    {
        // Nothing can be made below a file, as on a full disk.
        _directory.Put("var/lib/k2hdkc-slave-agent", string.Empty);
        var file = Open();
        Assert.Equal(1, (await file.WriteAsync(Ini("a"), null, Cancel)).Generation);
        file.NoteRefused(GenerationCause.Poll, Reasons.ConfigurationRefused, "line 3");
        Assert.True(File.Exists(file.Path));
        File.Delete(_directory.At("var/lib/k2hdkc-slave-agent"));
        _time.Advance(TimeSpan.FromSeconds(2));
        file.NoteLoaded(isConnected: true);
        Assert.Equal([1, null], Entries.Select(entry => entry.Generation));
        Assert.Equal((2, 2), (Entries[0].LoadedAfterSeconds, Entries[0].ConnectedAfterSeconds));
    }

    [Fact]
    public async Task Who_holds_the_lock_for_long_holds_up_no_observation()
    {
        var file = Open();
        await file.WriteAsync(Ini("a"), null, Cancel);
        using (var turn = FileLock.TryTake(_directory.Root.Agent.WriteLock))
        {
            Assert.NotNull(turn);
            _time.Advance(TimeSpan.FromSeconds(1));
            file.NoteLoaded(isConnected: false);
            Assert.Null(Entries[0].LoadedAfterSeconds);
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        file.NoteLoaded(isConnected: false);
        Assert.Equal(1, Entries[0].LoadedAfterSeconds);
    }

    [Fact]
    public async Task Nothing_is_written_for_what_is_known()
    {
        var file = Open();
        await file.WriteAsync(Ini("a"), null, Cancel);
        file.NoteRefused(GenerationCause.Poll, Reasons.ConfigurationRefused, "line 3");
        file.NoteLoaded(isConnected: true);
        var written = FileStatus.Of(Path)!.Version;
        foreach (var agent in new[] { file, Open() })
        {
            agent.Refresh();
            agent.NoteLoaded(isConnected: true);
            agent.NoteLoaded(isConnected: false);
            agent.NoteRefused(GenerationCause.Sighup, Reasons.ConfigurationRefused, "line 3");
        }

        Assert.Equal(written, FileStatus.Of(Path)!.Version);
    }

    [Fact]
    public async Task Its_size_is_bounded_whatever_the_lists_hold()
    {
        var file = new ConfigurationFile(_directory.Root, "/etc/antpickax/k2hdkc.ini", Mode, 0, _time);
        for (var i = 0; i < 30; i++)
        {
            await file.WriteAsync(Ini([.. Enumerable.Range(0, 1000).Select(number => $"{new string('n', 60)}-{i}-{number}")]), null, Cancel);
            file.NoteRefused(GenerationCause.Poll, Reasons.ConfigurationRefused, $"{i} {new string('x', 100_000)}");
        }

        Assert.InRange(new FileInfo(Path).Length, 1, 256 * 1024);
        Assert.Equal(30, Entries[^2].Generation);
        Assert.Equal((1000, 1000), (Entries[^2].Added.Count, Entries[^2].Removed.Count));
    }

    private static IniDocument Ini(params string[] servers) => IniReader.Read(SampleIni.With(servers));

    private ConfigurationFile Open() => new(_directory.Root, "/etc/antpickax/k2hdkc.ini", Mode, 5, _time);
}
