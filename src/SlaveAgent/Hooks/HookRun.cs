using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Status;

namespace SlaveAgent.Hooks;

/// <summary>A run of the hooks that was requested, kept in /run until its end was seen: an agent that is started again goes on to wait for that.</summary>
/// <param name="Number">When it was requested, in milliseconds since the host's boot: no other run of this boot has it.</param>
/// <param name="Facts">What the hooks are told.</param>
/// <param name="Event">Which of the two events it is.</param>
/// <param name="At">By this host's clock.</param>
public sealed record HookRun(long Number, HookFacts Facts, string Event, DateTimeOffset At)
{
    public TimeSpan Requested => TimeSpan.FromMilliseconds(Number);

    /// <summary>For the status.</summary>
    /// <param name="result">One of <see cref="HookResults"/>.</param>
    public HookStatus As(string result, string? message, IReadOnlyList<HookFailure> failed) => new(Event, Facts.State, Facts.Generation, At, result, message, failed);

    /// <param name="now">Since the host's boot: /run is empty after a boot, but not in every container that is started again.</param>
    /// <returns>Null where none is under way.</returns>
    public static HookRun? Load(HostRoot root, TimeSpan now) =>
        StateFile.TryLoad(root.Agent.HookRun, HooksJson.Default.HookRun) is { Event: not null, Facts: { State: not null, Servers: not null } } kept && kept.Requested <= now ? kept : null;

    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Save(HostRoot root) => StateFile.Save(root.Agent.HookRun, this, HooksJson.Default.HookRun);
}
