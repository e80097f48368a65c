namespace SlaveAgent.Hosting;

/// <summary>Whether the host knows a user.</summary>
/// <param name="Uid">The user's number; null when there is no such user, or that could not be found out.</param>
/// <param name="Problem">Why it could not be found out; null when it was.</param>
public sealed record AccountLookup(uint? Uid, string? Problem = null)
{
    /// <summary>It was found out that there is no such user.</summary>
    public bool IsMissing => Uid is null && Problem is null;
}
