using System.Collections.Immutable;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Services;

/// <summary>The oneshots that were started in this boot, kept in /run.</summary>
/// <param name="Units">By their names in the role.</param>
public sealed record StartedOneshots(ImmutableArray<string> Units)
{
    public static StartedOneshots Load(HostRoot root) =>
        StateFile.TryLoad(root.Agent.StartedOneshots, ServicesJson.Default.StartedOneshots) is { Units.IsDefault: false } known ? known : new StartedOneshots([]);

    public void Save(HostRoot root) => StateFile.Save(root.Agent.StartedOneshots, this, ServicesJson.Default.StartedOneshots);
}
