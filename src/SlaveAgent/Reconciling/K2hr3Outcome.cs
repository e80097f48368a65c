using SlaveAgent.K2hr3;

namespace SlaveAgent.Reconciling;

/// <summary>The one place that turns K2HR3's refusals and missing answers into an outcome.</summary>
internal static class K2hr3Outcome
{
    /// <param name="doing">What was being done, such as <c>registering this host</c>.</param>
    public static Outcome Of(K2hr3Answer answer, string doing) => answer switch
    {
        K2hr3Answer.Unavailable away => new Outcome.Failed(
            $"{doing} failed: K2HR3 cannot be asked, {away.Reason}", Consequence.K2hr3Away, away.RetryAfter)
        {
            TimedOut = away.TimedOut,
            Reason = away.Failure switch
            {
                K2hr3Failure.Timeout => Reasons.K2hr3Timeout,
                K2hr3Failure.Proxy => Reasons.ProxyRefused,
                K2hr3Failure.Tls => Reasons.K2hr3Untrusted,
                K2hr3Failure.TooLarge => Reasons.AnswerTooLarge,
                _ => Reasons.K2hr3Unreachable,
            },
        },
        K2hr3Answer.Denied { Status: 401 } => new Outcome.Failed(
            $"{doing} failed: K2HR3 does not know the role token (401); it may be expired or wrong, or K2HR3's store in trouble", Consequence.K2hr3Away)
        {
            Reason = Reasons.TokenRejected,
        },
        K2hr3Answer.Denied denied => new Outcome.Failed(
            $"{doing} failed: K2HR3 refused ({denied.Status}): {denied.Reason}", Consequence.K2hr3Away)
        {
            Reason = Reasons.K2hr3Refused,
        },
        _ => new Outcome.Failed($"{doing} failed: K2HR3 gave an answer that does not belong to the request", Consequence.K2hr3Away)
        {
            Reason = Reasons.K2hr3Unexpected,
        },
    };
}
