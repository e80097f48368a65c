using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Tests.Reconciling;

public sealed class K2hr3OutcomeTests
{
    [Fact]
    public void Whatever_K2HR3_says_against_it_is_said_and_asked_again()
    {
        Assert.Equal("reading it failed: K2HR3 cannot be asked, it is busy", Of(new K2hr3Answer.Unavailable(K2hr3Failure.Status, "it is busy")).Message);
        Assert.Equal(
            "reading it failed: K2HR3 does not know the role token (401); it may be expired or wrong, or K2HR3's store in trouble", Of(new K2hr3Answer.Denied(401, "no")).Message);
        Assert.Equal("reading it failed: K2HR3 refused (403): no", Of(new K2hr3Answer.Denied(403, "no")).Message);
        Assert.Equal("reading it failed: K2HR3 gave an answer that does not belong to the question", Of(new K2hr3Answer.NotModified()).Message);
    }

    [Fact]
    public void How_long_it_asked_to_be_left_alone_and_that_it_was_too_slow_are_passed_on()
    {
        var failed = Of(new K2hr3Answer.Unavailable(K2hr3Failure.Timeout, "it is busy", TimeSpan.FromSeconds(7)));
        Assert.Equal((TimeSpan.FromSeconds(7), true), (failed.RetryAfter, failed.TimedOut));
        Assert.False(Of(new K2hr3Answer.Unavailable(K2hr3Failure.Status, "it is busy")).TimedOut);
    }

    private static Outcome.Failed Of(K2hr3Answer answer)
    {
        var failed = Assert.IsType<Outcome.Failed>(K2hr3Outcome.Of(answer, "reading it"));
        Assert.Equal(Consequence.K2hr3Away, failed.Consequence);
        return failed;
    }
}
