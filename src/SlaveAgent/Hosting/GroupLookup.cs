namespace SlaveAgent.Hosting;

/// <summary>Whether the host knows a group.</summary>
/// <param name="Name">Null when there is no such group, or that could not be found out.</param>
/// <param name="Gid">Its number, with the name.</param>
/// <param name="Problem">Why it could not be found out; null when it was.</param>
public sealed record GroupLookup(string? Name, uint Gid = 0, string? Problem = null)
{
    /// <summary>It was found out that there is no such group.</summary>
    public bool IsMissing => Name is null && Problem is null;
}
