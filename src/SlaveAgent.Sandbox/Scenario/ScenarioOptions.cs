using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.Sandbox.Scenario;

/// <summary>How the scenario is run.</summary>
internal sealed record ScenarioOptions(string Agent, bool IsReal, bool Keeps, bool Serves)
{
    /// <summary>Who made the cluster's roles.</summary>
    public RoleMaker Maker { get; init; }

    /// <summary>Factor for the recorded answer times of a failing K2HR3.</summary>
    public double TimeScale { get; init; } = 1;
}
