namespace SlaveAgent.Identity;

public enum LeavingCode
{
    /// <summary>K2HR3 removed this host from its role.</summary>
    Out,

    /// <summary>It was already removed: the role's resource does not list it.</summary>
    NotListed,

    /// <summary>K2HR3 refuses, and --force was given.</summary>
    Forced,

    /// <summary>K2HR3 has refused often and long enough.</summary>
    Confirmed,

    /// <summary>K2HR3 refuses, as it also does when its store is failing; the request is repeated.</summary>
    AskAgain,

    /// <summary>K2HR3 is unavailable.</summary>
    TryLater,
}
