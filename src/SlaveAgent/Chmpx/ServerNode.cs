namespace SlaveAgent.Chmpx;

/// <summary>One server of a configuration.</summary>
/// <param name="Section">Its entry; of a NAME that stands for several servers with this one's alone.</param>
public sealed record ServerNode(NodeKey Key, IniSection Section)
{
    public string Name => Section["NAME"] ?? string.Empty;
}
