using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;

namespace SlaveAgent.Roles;

/// <summary>Makes the configuration again from the last answer that became one, where the file is gone or chmpx would exit on it; needs no K2HR3.</summary>
public sealed class LastGoodConfiguration(ResourceReader resource, ConfigurationFile file, RingMemory ring, string cuk, HostFiles files, Func<PlanOptions>? options = null, HoldKeeper? holds = null)
{
    /// <summary>The document that was found well: it is not judged again while it stays.</summary>
    private IniDocument? _well;

    /// <summary>What chmpx would end on if it were started now with a file that it runs with: a certificate that was replaced, and its key not yet.</summary>
    public IniProblem? FindStartProblem(IniDocument ini) => IniCheck.Check(ini, files).FirstOrDefault(problem => problem.Effect == IniEffect.Ends);

    /// <returns>The generation that was put in place; null when the file is well, or no answer was ever accepted.</returns>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be written.</exception>
    public async ValueTask<int?> RestoreAsync(CancellationToken cancel)
    {
        if (file.Current is { } current && (ReferenceEquals(current, _well) || IniCheck.Check(current, files).IsEmpty))
        {
            _well = current;
            return null;
        }

        var hold = holds?.Current;
        if (hold is { Kind: HoldKind.Paused } || (hold is null ? Accepted() : Held(hold)) is not { } good)
        {
            return null;
        }

        var (generation, _) = await file.WriteAsync(good, ring.View?.Revision, cancel, GenerationCause.Restored);
        return generation;
    }

    private IniDocument? Accepted() =>
        resource.AcceptedText is { } accepted && ConfigurationPlan.Make(accepted, cuk, files, options?.Invoke()) is ConfigurationPlan.Usable usable ? usable.Ini : null;

    private IniDocument? Held(Hold hold) => IniReader.Read(hold.Configuration ?? string.Empty) is var held && IniCheck.Check(held, files).IsEmpty ? held : Accepted();
}
