using System.Collections.Immutable;
using SlaveAgent.Chmpx;
using SlaveAgent.Ring;

namespace SlaveAgent.Status;

/// <summary>What was found in the role's resource, for programs; what is to be said of it to a person stands in the warnings and in the condition.</summary>
/// <param name="Code">A stable code (<see cref="IniCode"/>).</param>
/// <param name="Effect"><c>Ends</c> or <c>Harms</c>: it was refused for this. <c>Note</c>: it was taken.</param>
/// <param name="Line">Of the resource's text, from 1; 0 when the whole is meant.</param>
public sealed record ResourceFinding(string Code, string Effect, int Line)
{
    /// <summary>Of a resource that was refused what for, else the warnings.</summary>
    internal static ImmutableArray<ResourceFinding> Of(RingMemory ring) =>
    [
        .. (ring.ResourceProblems.IsEmpty ? ring.ResourceWarnings : ring.ResourceProblems)
            .Take(RingMemory.MostWarnings).Select(problem => new ResourceFinding($"{problem.Code}", $"{problem.Effect}", problem.Line)),
    ];
}
