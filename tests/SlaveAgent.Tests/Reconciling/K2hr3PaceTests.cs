using SlaveAgent.Reconciling;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

public sealed class K2hr3PaceTests
{
    private static readonly TimeSpan Interval = At(60);

    [Fact]
    public void While_K2HR3_is_at_ease_the_pace_is_the_interval() => Assert.Equal(Interval, K2hr3Pace.After(Interval, At(0.09), Interval));

    [Theory]
    [InlineData(1, 0.9, false)]
    [InlineData(1, 1.1, true)]
    [InlineData(5, 0.9, false)]
    [InlineData(5, 1.1, true)]
    public void An_answer_within_a_second_is_quick_at_any_interval(double interval, double took, bool isLoaded) =>
        Assert.Equal(isLoaded, K2hr3Pace.IsLoaded(K2hr3Pace.After(At(interval), At(took), At(interval)), At(interval)));

    [Fact]
    public void The_pace_rises_with_slow_answers_and_falls_more_slowly_to_the_interval_itself()
    {
        Assert.Equal(78, K2hr3Pace.After(Interval, At(8), Interval).TotalSeconds, 3);
        Assert.Equal(114, K2hr3Pace.After(At(120), At(0.1), Interval).TotalSeconds, 3);
        var pace = At(600);
        for (var i = 0; i < 100; i++)
        {
            pace = K2hr3Pace.After(pace, At(0.1), Interval);
        }

        Assert.Equal(Interval, pace);
    }

    [Fact]
    public void No_pace_is_longer_than_ten_minutes_where_the_interval_is_not()
    {
        Assert.InRange(K2hr3Pace.After(At(600), At(300), Interval), At(599), At(600));
        Assert.Equal(At(600), K2hr3Pace.AfterTimeout(At(500)));
        Assert.Equal(At(900), K2hr3Pace.AfterTimeout(At(900)));
        Assert.Equal(At(900), K2hr3Pace.After(At(900), At(300), At(900)));
    }

    [Theory]
    [InlineData(60, 60)]
    [InlineData(119, 119)]
    [InlineData(130, 120)]
    [InlineData(200, 180)]
    public void Hosts_come_back_within_their_pace_and_within_two_minutes_where_the_queue_stays_short(double pace, double within) =>
        Assert.Equal(At(within), K2hr3Pace.Return(At(pace)));

    [Theory]
    [InlineData(null, 60)]
    [InlineData(10.0, 60)]
    [InlineData(130.0, 130)]
    [InlineData(86000.0, 600)]
    public void A_kept_pace_is_taken_within_what_there_can_be(double? kept, double pace) =>
        Assert.Equal(At(pace), K2hr3Pace.Restored(kept is { } seconds ? At(seconds) : null, Interval));

    [Fact]
    public void A_pace_is_kept_over_a_reboot_and_forgotten_once_K2HR3_is_at_ease()
    {
        using var directory = new TempDirectory();
        new PaceMemory(directory.Root).Note(At(120));
        var memory = new PaceMemory(directory.Root);
        Assert.Equal(At(120), memory.Kept);
        memory.Note(At(121));
        Assert.Equal(At(120), memory.Kept);
        memory.Note(null);
        Assert.Null(new PaceMemory(directory.Root).Kept);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"seconds\": -1}")]
    [InlineData("{\"seconds\": 1e300}")]
    [InlineData("broken")]
    public void What_is_no_pace_is_none(string text)
    {
        using var directory = new TempDirectory();
        Directory.CreateDirectory(Path.GetDirectoryName(directory.Root.Agent.K2hr3Pace)!);
        File.WriteAllText(directory.Root.Agent.K2hr3Pace, text);
        Assert.Null(new PaceMemory(directory.Root).Kept);
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
