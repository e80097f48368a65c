using System.Collections.Immutable;
using SlaveAgent.Status;

namespace SlaveAgent.Hooks;

/// <summary>The executables of hooks.d.</summary>
/// <param name="Runnable">Paths, in the order of their names.</param>
/// <param name="Refused">Those that somebody else than root could have written.</param>
public sealed record HookList(ImmutableArray<string> Runnable, ImmutableArray<HookFailure> Refused)
{
    public static HookList Empty { get; } = new([], []);

    public bool IsEmpty => Runnable.IsEmpty && Refused.IsEmpty;
}
