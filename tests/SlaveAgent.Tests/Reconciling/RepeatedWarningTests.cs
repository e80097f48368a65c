using CsCheck;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Reconciling;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Reconciling;

public sealed class RepeatedWarningTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void The_first_time_is_told_at_once_and_the_others_are_counted_each_minute()
    {
        var warning = new RepeatedWarning(_time);
        Assert.Equal(new WarningDue(1, TimeSpan.Zero), warning.Note());
        for (var second = 5; second < 60; second += 5)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            Assert.Null(warning.Note());
            Assert.Null(warning.Poll());
        }

        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(new WarningDue(11, Minute), warning.Poll());
        Assert.Null(warning.Poll());
    }

    [Fact]
    public void Who_only_notes_is_told_the_count_by_the_next_one_which_counts_for_the_minute_after()
    {
        var warning = new RepeatedWarning(_time);
        warning.Note();
        warning.Note();
        warning.Note();
        _time.Advance(Minute * 3);
        Assert.Equal(new WarningDue(2, Minute * 3), warning.Note());
        _time.Advance(Minute);
        Assert.Equal(new WarningDue(1, Minute), warning.Poll());
    }

    [Fact]
    public void After_a_minute_without_it_is_the_first_time_again()
    {
        var warning = new RepeatedWarning(_time);
        warning.Note();
        _time.Advance(Minute);
        Assert.True(warning.Note()!.Value.IsFirst);
        warning.Note();
        _time.Advance(Minute);
        Assert.False(warning.Poll()!.Value.IsFirst);
        _time.Advance(Minute);
        Assert.Null(warning.Poll());
        Assert.True(warning.Note()!.Value.IsFirst);
    }

    [Fact]
    public void Nothing_is_told_of_what_never_happened() => Assert.Null(new RepeatedWarning(_time).Poll());

    [Fact]
    public void Each_time_is_told_once_and_never_more_than_one_line_a_minute_follows_the_first() => Gen.Select(Gen.Int[0, 50], Gen.Bool).Array[1, 200].Sample(steps =>
    {
        var time = new FakeTimeProvider();
        var warning = new RepeatedWarning(time);
        var (happened, told) = (0, 0);
        DateTimeOffset? last = null;
        foreach (var (seconds, happens) in steps)
        {
            time.Advance(TimeSpan.FromSeconds(seconds));
            happened += happens ? 1 : 0;
            if ((happens ? warning.Note() : warning.Poll()) is { } due)
            {
                told += due.Times;
                Assert.True(last is null || time.GetUtcNow() - last >= Minute);
                last = time.GetUtcNow();
            }
        }

        time.Advance(Minute);
        told += warning.Poll()?.Times ?? 0;
        Assert.Equal(happened, told);
    });
}
