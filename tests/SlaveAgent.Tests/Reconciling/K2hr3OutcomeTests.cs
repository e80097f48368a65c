using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Reconciling;

public sealed class K2hr3OutcomeTests
{
    [Fact]
    public void Whatever_K2HR3_says_against_it_is_said_and_asked_again()
    {
        Assert.Equal(Reasons.K2hr3Unreachable, Of(new K2hr3Answer.Unavailable(K2hr3Failure.Status, "it is busy")).Reason);
        Assert.Equal(Reasons.K2hr3Timeout, Of(new K2hr3Answer.Unavailable(K2hr3Failure.Timeout, "it is busy")).Reason);
        Assert.Equal(Reasons.ProxyRefused, Of(new K2hr3Answer.Unavailable(K2hr3Failure.Proxy, "no")).Reason);
        Assert.Equal(Reasons.K2hr3Untrusted, Of(new K2hr3Answer.Unavailable(K2hr3Failure.Tls, "no")).Reason);
        Assert.Equal(Reasons.AnswerTooLarge, Of(new K2hr3Answer.Unavailable(K2hr3Failure.TooLarge, "no")).Reason);
        Assert.Equal(Reasons.TokenRejected, Of(new K2hr3Answer.Denied(401, "no")).Reason);
        Assert.Equal(Reasons.K2hr3Refused, Of(new K2hr3Answer.Denied(403, "no")).Reason);
        Assert.Equal(Reasons.K2hr3Unexpected, Of(new K2hr3Answer.NotModified()).Reason);

        // Why, in K2HR3's own words, reaches who reads it.
        Assert.Contains("it is busy", Of(new K2hr3Answer.Unavailable(K2hr3Failure.Status, "it is busy")).Message, StringComparison.Ordinal);
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
