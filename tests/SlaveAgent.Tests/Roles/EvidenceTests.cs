using CsCheck;
using SlaveAgent.Roles;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Roles;

public sealed class EvidenceTests
{
    private static readonly TimeSpan Duration = TimeSpan.FromMinutes(5);

    [Fact]
    public void It_is_counted_and_timed_from_the_first_answer_that_claims_it()
    {
        var first = Evidence.After(null, "none", At(100))!;
        Assert.Equal(new Evidence("none", 1, At(100)), first);
        var second = Evidence.After(first, "none", At(160))!;
        Assert.Equal(new Evidence("none", 2, At(100)), second);
        Assert.Equal(TimeSpan.FromSeconds(240), second.RemainingAt(At(160), Duration));
    }

    [Theory]
    [InlineData(1, 1000, EvidenceStage.TooFew)]
    [InlineData(2, 1000, EvidenceStage.TooFew)]
    [InlineData(3, 0, EvidenceStage.Unconfirmed)]
    [InlineData(1000, 299.9, EvidenceStage.Unconfirmed)]
    [InlineData(3, 300, EvidenceStage.Confirmed)]
    [InlineData(4, 1000, EvidenceStage.Confirmed)]
    public void It_takes_both_the_answers_and_the_time(int answers, double age, EvidenceStage stage)
    {
        var evidence = new Evidence("x", answers, At(50));
        Assert.Equal(stage, evidence.StageAt(At(50 + age), 3, Duration));
        Assert.Equal(stage == EvidenceStage.Confirmed, evidence.IsConfirmed(At(50 + age), 3, Duration));
    }

    [Fact]
    public void One_answer_and_no_time_can_be_enough() => Assert.Equal(EvidenceStage.Confirmed, Evidence.After(null, "x", At(7))!.StageAt(At(7), 1, TimeSpan.Zero));

    [Fact]
    public void Another_claim_starts_over_and_none_ends_it()
    {
        var before = new Evidence("a", 9, At(10));
        Assert.Equal(new Evidence("b", 1, At(20)), Evidence.After(before, "b", At(20)));
        Assert.Null(Evidence.After(before, null, At(20)));
    }

    [Fact]
    public void What_would_have_begun_in_the_future_is_another_boots_and_starts_over() =>
        Assert.Equal(new Evidence("a", 1, At(20)), Evidence.After(new Evidence("a", 9, At(21)), "a", At(20)));

    /// <summary>Whatever the answers are and whenever they come: confirmed is only what the last so many all said, the first of them so long ago.</summary>
    [Fact]
    public void Nothing_is_confirmed_that_was_contradicted_or_is_younger_than_the_time() =>
        Gen.Select(Gen.Int[0, 9].Select(draw => draw switch { 0 => null, 1 => "b", _ => "a" }), Gen.Int[0, 100]).Array[1, 30].Sample(answers =>
        {
            Evidence? evidence = null;
            var now = TimeSpan.Zero;
            var history = new List<(string? Claim, TimeSpan At)>();
            foreach (var (claim, wait) in answers)
            {
                now += TimeSpan.FromSeconds(wait);
                history.Add((claim, now));
                evidence = Evidence.After(evidence, claim, now);
                var run = Enumerable.Reverse(history).TakeWhile(answer => answer.Claim == claim).ToList();
                var isSo = claim is not null && run.Count >= 3 && now - run[^1].At >= Duration;
                if ((evidence?.IsConfirmed(now, 3, Duration) ?? false) != isSo)
                {
                    return false;
                }
            }

            return true;
        });

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);
}
