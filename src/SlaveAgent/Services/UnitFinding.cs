namespace SlaveAgent.Services;

/// <summary>What was observed of one of the role's units.</summary>
/// <param name="Detail">For a person; empty where the state says all.</param>
public sealed record UnitFinding(string Unit, UnitFindingState State, string Detail)
{
    /// <summary>It runs, or has done what it is for.</summary>
    public bool IsGood => State is UnitFindingState.Running or UnitFindingState.Completed;

    /// <summary>It will not come right by waiting alone.</summary>
    public bool IsFailing => State is UnitFindingState.NotFound or UnitFindingState.Masked or UnitFindingState.Invalid or UnitFindingState.Failed;

    public override string ToString() => $"{Unit} {State switch
    {
        UnitFindingState.Running => "runs",
        UnitFindingState.Completed => "has completed",
        UnitFindingState.Starting => "is being started",
        UnitFindingState.Stopping => "is being stopped and is started after that",
        UnitFindingState.NotFound => "does not exist on this host",
        UnitFindingState.AwaitsPackage => "does not exist yet, and packages are still to be installed",
        UnitFindingState.Masked => "is masked",
        UnitFindingState.Invalid => "is no unit that can be started",
        _ => "failed",
    }}{(Detail.Length > 0 ? $" ({Detail})" : string.Empty)}";
}
