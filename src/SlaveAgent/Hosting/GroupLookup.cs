namespace SlaveAgent.Hosting;

/// <summary>The result of looking up a group.</summary>
/// <param name="Name">Null when there is no such group, or the lookup failed.</param>
/// <param name="Gid">Its ID, set together with the name.</param>
/// <param name="Problem">Why the lookup failed; null when it succeeded.</param>
public sealed record GroupLookup(string? Name, uint Gid = 0, string? Problem = null)
{
    /// <summary>The lookup succeeded and there is no such group.</summary>
    public bool IsMissing => Name is null && Problem is null;
}
