using System.Collections.Immutable;
using SlaveAgent.Status;

namespace SlaveAgent.Hooks;

/// <summary>The executables of hooks.d.</summary>
/// <param name="Runnable">Paths, in the order of their names.</param>
/// <param name="Refused">Those that somebody else than root could have written.</param>
public sealed record HookList(ImmutableArray<string> Runnable, ImmutableArray<HookFailure> Refused)
{
    public static HookList Empty { get; } = new([], []);

    /// <summary>Whether the hook is there and could fail as it did: one that was refused is so still.</summary>
    public bool StillHas(HookFailure failure) => Refused.Any(refused => refused.Name == failure.Name)
        || (failure.Reason != HookFailure.Refused && Runnable.Any(path => Path.GetFileName(path) == failure.Name));

    public bool IsEmpty => Runnable.IsEmpty && Refused.IsEmpty;
}
