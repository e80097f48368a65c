using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.Sandbox.Story;

/// <summary>How the story is told.</summary>
internal sealed record StoryOptions(string Agent, bool IsReal, bool Keeps, bool Serves)
{
    /// <summary>Who made the cluster's roles.</summary>
    public RoleMaker Maker { get; init; }

    /// <summary>How long the answers of a K2HR3 in trouble take, as a part of what was recorded.</summary>
    public double TimeScale { get; init; } = 1;
}
