namespace SlaveAgent.Chmpx;

/// <summary>Identity of a node in a ring: its CUK and its control port (Chmpx/README.md, "Node identity").</summary>
/// <param name="Name">NAME, where CUK and control port do not tell it from the others: it has no CUK, or several have the same. Empty otherwise.</param>
public readonly record struct NodeKey(string Cuk, int ControlPort, string Name = "")
{
    /// <summary>What can be said of an entry by itself.</summary>
    public static NodeKey Of(string cuk, int controlPort, string name) => new(cuk, controlPort, cuk.Length == 0 ? name : string.Empty);
}
