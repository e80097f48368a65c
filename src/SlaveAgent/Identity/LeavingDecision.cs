using SlaveAgent.K2hr3;

namespace SlaveAgent.Identity;

public enum LeavingCode
{
    /// <summary>K2HR3 took this host out of its role.</summary>
    Out,

    /// <summary>It was out already: the role's resource does not list it.</summary>
    NotListed,

    /// <summary>K2HR3 refuses, and whoever asks does not want to wait.</summary>
    Forced,

    /// <summary>K2HR3 has refused for as long as it takes to be relied on.</summary>
    Confirmed,

    /// <summary>K2HR3 refuses, as a store in trouble does too; it is asked again.</summary>
    AskAgain,

    /// <summary>K2HR3 cannot be asked now.</summary>
    TryLater,
}

/// <summary>
/// What an answer to taking this host out of its role leads to. K2HR3 goes by the caller's address: it answers 403 to a host that is out already and to one whose
/// address is another one than it registered from, 404 where the role is gone, and either when its store is in trouble. Pure.
/// </summary>
public static class LeavingDecision
{
    /// <param name="isListed">Whether the role's resource lists this host; null where that is not known.</param>
    /// <param name="isConfirmed">Whether it has been refused by enough answers and for long enough.</param>
    public static LeavingCode Decide(K2hr3Answer answer, bool? isListed, bool isConfirmed, bool force) => answer switch
    {
        K2hr3Answer.Done => LeavingCode.Out,
        K2hr3Answer.Denied { Status: 403 } when isListed is false => LeavingCode.NotListed,
        K2hr3Answer.Denied { Status: 403 or 404 } => force ? LeavingCode.Forced : isConfirmed ? LeavingCode.Confirmed : LeavingCode.AskAgain,
        _ => LeavingCode.TryLater,
    };

    /// <summary>What the answer claims, as evidence; null where it claims nothing.</summary>
    public static string? ClaimOf(K2hr3Answer answer) => answer is K2hr3Answer.Denied { Status: 403 or 404 } denied ? $"refused {denied.Status}" : null;
}
