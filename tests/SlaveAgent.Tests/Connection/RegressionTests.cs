using SlaveAgent.Configuration;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Connection;

/// <summary>What the controller that polls chmpx enters in the history, and reports of a generation that lost connections; over real files and a real socket.</summary>
public sealed class RegressionTests : IDisposable
{
    private readonly FakeRing _ring = new();

    private IReadOnlyList<GenerationEntry> History => HistoryFile.Read(_ring.Directory.Root.Agent.History)!.Entries;

    public void Dispose() => _ring.Dispose();

    [Fact]
    public async Task The_history_tells_when_a_generation_was_loaded_and_when_connected()
    {
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Down("svr1"), DumpText.Down("svr2"));
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        Assert.Equal((0.2, null), (History[0].LoadedAfterSeconds, History[0].ConnectedAfterSeconds));
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Good("svr2"));
        _ring.Time.Advance(TimeSpan.FromSeconds(1));
        await _ring.PollAsync();
        Assert.Equal((0.2, 1.2), (History[0].LoadedAfterSeconds, History[0].ConnectedAfterSeconds));
    }

    [Fact]
    public async Task An_agent_that_is_restarted_between_writing_and_loading_completes_the_entry()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.RestartAgent();
        _ring.Time.Advance(TimeSpan.FromSeconds(3));
        await _ring.PollAsync();
        Assert.Equal((3.2, 3.2), (Assert.Single(History).LoadedAfterSeconds, History[0].ConnectedAfterSeconds));
    }

    [Fact]
    public async Task A_generation_that_was_stamped_again_says_so()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Stuck = 1000;
        for (var i = 0; i < 10 && History.Count < 2; i++)
        {
            await _ring.PollAsync();
            _ring.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal((GenerationCause.Stamp, 1, 0), (History[1].Cause, History[1].Was, History[1].Added.Count));
    }

    [Fact]
    public async Task A_lost_file_that_was_made_again_is_entered_as_restored()
    {
        await _ring.WriteAsync("svr1", "svr2");
        _ring.Resource.Accept(_ring.Text("svr1", "svr2"));
        File.Delete(_ring.File.Path);
        await _ring.PollAsync();
        Assert.Equal((GenerationCause.Restored, 2, 0), (History[1].Cause, History[1].Generation, History[1].Added.Count));
    }

    [Fact]
    public async Task Connections_that_a_generation_loses_are_reported_also_by_the_next_agent_until_they_are_back()
    {
        await _ring.WriteAsync("svr1", "svr2");
        await _ring.PollAsync();
        _ring.Answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Up("svr2"));
        await _ring.WriteAsync("svr1", "svr2", "svr3");
        await _ring.PollAsync();
        Assert.Null(_ring.Ring.Regression);
        _ring.Time.Advance(TimeSpan.FromSeconds(31));
        await _ring.PollAsync();
        Assert.Equal((2, 1, "svr2"), (_ring.Ring.Regression!.Generation, _ring.Ring.Regression.Before, Assert.Single(_ring.Ring.Regression.Lost)));

        _ring.Ring.Regression = null;
        _ring.RestartAgent();
        await _ring.PollAsync();
        Assert.Equal(2, _ring.Ring.Regression?.Generation);

        _ring.Answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Good("svr2"));
        await _ring.PollAsync();
        Assert.Null(_ring.Ring.Regression);
        Assert.Equal(2, _ring.File.Current!.FileVersion);
    }
}
