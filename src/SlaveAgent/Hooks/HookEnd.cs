using System.Text.Json.Serialization;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Status;

namespace SlaveAgent.Hooks;

/// <summary>
/// How a run of the hooks ended, left in /run by their unit: systemd forgets a oneshot that ended well as soon as it has (Hosting/README.md, "systemd"), so that
/// one which has run cannot be told from one which has not.
/// </summary>
/// <param name="Run">The number that the run was given.</param>
/// <param name="Failed">In the order of their names.</param>
public sealed record HookEnd(long Run, IReadOnlyList<HookFailure> Failed)
{
    /// <summary>Its unit was ended before all of them had been run; why, only systemd knows.</summary>
    [JsonIgnore]
    public bool WasStopped => Failed.Any(failure => failure.IsOfStop);

    /// <returns>Null where the run has not ended, or left nothing.</returns>
    public static HookEnd? Find(HostRoot root, long run) =>
        StateFile.TryLoad(root.Agent.HookResult, HooksJson.Default.HookEnd) is { Failed: not null } end && end.Run == run && end.Failed.All(failure => failure is not null) ? end : null;

    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Save(HostRoot root) => StateFile.Save(root.Agent.HookResult, this, HooksJson.Default.HookEnd);
}
