namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>A role: its policies, and its current hosts by key.</summary>
internal sealed class Role
{
    public List<string> Policies { get; } = [];

    public SortedDictionary<string, RegisteredHost> Hosts { get; } = new(StringComparer.Ordinal);
}
