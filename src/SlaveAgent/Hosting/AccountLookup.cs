namespace SlaveAgent.Hosting;

/// <summary>The result of looking up a user.</summary>
/// <param name="Uid">The user's ID; null when there is no such user, or the lookup failed.</param>
/// <param name="Problem">Why the lookup failed; null when it succeeded.</param>
public sealed record AccountLookup(uint? Uid, string? Problem = null)
{
    /// <summary>The lookup succeeded and there is no such user.</summary>
    public bool IsMissing => Uid is null && Problem is null;
}
