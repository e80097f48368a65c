using SlaveAgent.K2hr3;

namespace SlaveAgent.Identity;

/// <summary>
/// Interprets the answer to a request to remove this host from its role. K2HR3 identifies it by the caller's address: it answers 403 if the host was already removed
/// or registered from another address, 404 if the role does not exist, and either of them when its store is failing. Pure.
/// </summary>
public static class LeavingDecision
{
    /// <param name="isListed">Whether the role's resource lists this host; null when unknown.</param>
    /// <param name="isConfirmed">Whether enough answers over a long enough time refused it.</param>
    public static LeavingCode Decide(K2hr3Answer answer, bool? isListed, bool isConfirmed, bool force) => answer switch
    {
        K2hr3Answer.Done => LeavingCode.Out,
        K2hr3Answer.Denied { Status: 403 } when isListed is false => LeavingCode.NotListed,
        K2hr3Answer.Denied { Status: 403 or 404 } => force ? LeavingCode.Forced : isConfirmed ? LeavingCode.Confirmed : LeavingCode.AskAgain,
        _ => LeavingCode.TryLater,
    };

    /// <summary>The claim of the answer, as evidence; null when there is none.</summary>
    public static string? ClaimOf(K2hr3Answer answer) => answer is K2hr3Answer.Denied { Status: 403 or 404 } denied ? $"refused {denied.Status}" : null;
}
