using System.Collections.Immutable;

namespace SlaveAgent.Hosting;

/// <summary>The status of a unit as reported by systemd. Missing properties are unknown, null or empty.</summary>
/// <param name="Name">As requested.</param>
/// <param name="SubState">Such as <c>running</c>, <c>auto-restart</c> or <c>dead</c>; empty when missing.</param>
/// <param name="Result">Such as <c>success</c>, <c>exit-code</c>, <c>signal</c> or <c>exec-condition</c>; empty when missing.</param>
/// <param name="Exit">Of the last main process that exited; null while none has.</param>
/// <param name="Restarts">Automatic restarts by systemd since the unit was last started.</param>
/// <param name="IsSkipped">Its last start was skipped because a <c>Condition...=</c>, an <c>Assert...=</c> or an <c>ExecCondition=</c> was not met; systemd does not retry.</param>
/// <param name="NeedsReload">Its files differ from what systemd has loaded (<c>daemon-reload</c>).</param>
/// <param name="MainPid">0 while no main process runs.</param>
/// <param name="StartedAt">When the last main process started, since the host's boot (CLOCK_MONOTONIC); null when none has.</param>
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
    /// <summary>Its own name; another than <see cref="Name"/> where that is an alias, which cannot be enabled.</summary>
    public string Id { get; init; } = Name;

    /// <summary>Such as <c>enabled</c>, <c>disabled</c>, <c>static</c> or <c>masked</c>; empty when not said.</summary>
    public string FileState { get; init; } = string.Empty;

    /// <summary>When its conditions were last looked at, with which each start begins, since the host's boot (CLOCK_MONOTONIC); null when never.</summary>
    public TimeSpan? CheckedAt { get; init; }

    /// <summary>Of a service, such as <c>simple</c> or <c>oneshot</c>; empty when not said.</summary>
    public string Type { get; init; } = string.Empty;

    /// <summary>It is not started at the next boot and can be enabled.</summary>
    public bool IsDisabled => FileState is "disabled" or "enabled-runtime" or "linked" or "linked-runtime";

    /// <summary>It is started at the next boot, by itself or by another unit.</summary>
    public bool IsEnabled => FileState.Length > 0 && !IsDisabled && FileState is not ("masked" or "masked-runtime" or "bad");

    /// <summary>A oneshot that has run in this boot and ended well: it is done and not to be started again.</summary>
    public bool HasCompleted => Type == "oneshot" && Active == UnitActiveState.Inactive && Result == "success" && StartedAt is not null;

    /// <summary>It runs, or is just being started: what depends on it has it, or will.</summary>
    public bool IsActive => Active is UnitActiveState.Active or UnitActiveState.Reloading or UnitActiveState.Activating;
}
