using SlaveAgent.Identity;
using SlaveAgent.K2hr3;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Identity;

public sealed class LeavingDecisionTests
{
    [Theory]
    [InlineData(204, true, false, false, LeavingCode.Out)]
    [InlineData(403, false, false, false, LeavingCode.NotListed)]
    [InlineData(403, true, false, false, LeavingCode.AskAgain)]
    [InlineData(403, null, false, false, LeavingCode.AskAgain)]
    [InlineData(403, null, true, false, LeavingCode.Confirmed)]
    [InlineData(403, true, false, true, LeavingCode.Forced)]
    [InlineData(404, null, false, false, LeavingCode.AskAgain)]
    [InlineData(404, false, false, false, LeavingCode.AskAgain)] // A store in trouble lists nobody.
    [InlineData(404, null, true, false, LeavingCode.Confirmed)]
    [InlineData(404, null, false, true, LeavingCode.Forced)]
    [InlineData(401, false, true, true, LeavingCode.TryLater)]
    [InlineData(500, null, true, true, LeavingCode.TryLater)]
    public void Only_a_refusal_that_lasts_or_a_persons_word_ends_it_without_K2HR3s_consent(int status, bool? isListed, bool isConfirmed, bool force, LeavingCode code) =>
        Assert.Equal(code, LeavingDecision.Decide(Answer(status), isListed, isConfirmed, force));

    [Fact]
    public void Each_kind_of_refusal_is_a_claim_of_its_own_and_nothing_else_is_one()
    {
        Assert.NotEqual(LeavingDecision.ClaimOf(Answer(403)), LeavingDecision.ClaimOf(Answer(404)));
        foreach (var status in (int[])[204, 401, 500])
        {
            Assert.Null(LeavingDecision.ClaimOf(Answer(status)));
        }
    }

    private static K2hr3Answer Answer(int status) => status switch
    {
        204 => new K2hr3Answer.Done(),
        500 => new K2hr3Answer.Unavailable(K2hr3Failure.Status, "it answered 500"),
        _ => new K2hr3Answer.Denied(status, "why"),
    };
}
