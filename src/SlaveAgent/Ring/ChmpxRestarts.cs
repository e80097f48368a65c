namespace SlaveAgent.Ring;

/// <summary>How often another run of chmpx was seen in the place of the one before, in this boot.</summary>
/// <param name="ByAgent">Requested by the agent.</param>
/// <param name="ByOthers">chmpx ended by itself, or somebody restarted it.</param>
public readonly record struct ChmpxRestarts(int ByAgent, int ByOthers)
{
    public ChmpxRestarts Next(bool isByAgent) => isByAgent ? this with { ByAgent = ByAgent + 1 } : this with { ByOthers = ByOthers + 1 };
}
