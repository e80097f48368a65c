using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Status;

namespace SlaveAgent.Hooks;

/// <summary>What the hooks were last told, kept over reboots: what is so now is compared with it.</summary>
/// <param name="Last">That run; null while there was none.</param>
public sealed record HookMemory(HookFacts Told, HookStatus? Last)
{
    public static HookMemory Empty { get; } = new(HookFacts.None, null);

    public static HookMemory Load(HostRoot root) =>
        StateFile.TryLoad(root.Agent.HookMemory, HooksJson.Default.HookMemory) is { Told: { State: not null, Servers: not null }, Last: null or { Failed: not null } } kept ? kept : Empty;

    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Save(HostRoot root) => StateFile.Save(root.Agent.HookMemory, this, HooksJson.Default.HookMemory);
}
