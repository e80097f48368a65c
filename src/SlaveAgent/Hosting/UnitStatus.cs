using System.Collections.Immutable;

namespace SlaveAgent.Hosting;

/// <summary>What systemd says of a unit. What it left out is unknown, null or empty.</summary>
/// <param name="Name">As it was asked for.</param>
/// <param name="SubState">Such as <c>running</c>, <c>auto-restart</c> or <c>dead</c>; empty when not said.</param>
/// <param name="Result">Such as <c>success</c>, <c>exit-code</c>, <c>signal</c> or <c>exec-condition</c>; empty when not said.</param>
/// <param name="Exit">Of the last main process that has ended; null while none has, or the one that runs is the first.</param>
/// <param name="Restarts">By systemd itself, since somebody last started the unit.</param>
/// <param name="IsSkipped">Its last start was left out because a <c>Condition...=</c> or an <c>ExecCondition=</c> was not met: that is no failure, and nothing starts it again.</param>
/// <param name="NeedsReload">Its files differ from what systemd has loaded (<c>daemon-reload</c>).</param>
/// <param name="MainPid">0 while no main process runs.</param>
/// <param name="StartedAt">When the last main process began, since the host's boot (CLOCK_MONOTONIC); null when none has.</param>
/// <param name="Dependents">Units that name it in <c>Requires=</c> or <c>BindsTo=</c>.</param>
public sealed record UnitStatus(
    string Name,
    UnitLoadState Load,
    UnitActiveState Active,
    string SubState,
    string Result,
    MainExit? Exit,
    int Restarts,
    bool IsSkipped,
    bool NeedsReload,
    int MainPid,
    TimeSpan? StartedAt,
    ImmutableArray<string> Dependents)
{
    /// <summary>It runs, or is just being started: what depends on it has it, or will.</summary>
    public bool IsActive => Active is UnitActiveState.Active or UnitActiveState.Reloading or UnitActiveState.Activating;
}
