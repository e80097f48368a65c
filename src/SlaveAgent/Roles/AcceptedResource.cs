using SlaveAgent.Reconciling;

namespace SlaveAgent.Roles;

/// <summary>The last text of a resource that became a configuration, kept over restarts.</summary>
public sealed record AcceptedResource(string Yrn, string? ETag, string Text)
{
    /// <returns>Null when there is none, it is broken, or it is another resource's.</returns>
    public static AcceptedResource? Load(string path, string yrn) =>
        StateFile.TryLoad(path, RolesJson.Default.AcceptedResource) is { Text: not null } kept && kept.Yrn == yrn ? kept : null;

    public void Save(string path) => StateFile.Save(path, this, RolesJson.Default.AcceptedResource);
}
