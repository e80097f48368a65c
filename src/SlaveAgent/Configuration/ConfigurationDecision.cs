using System.Collections.Immutable;
using SlaveAgent.Chmpx;

namespace SlaveAgent.Configuration;

/// <summary>
/// What is to be done about the file in place because of a resource's text: one decision for the daemon, for <c>regenerate</c> and for its dry run. Pure.
/// </summary>
public abstract record ConfigurationDecision
{
    private ConfigurationDecision()
    {
    }

    /// <summary>The file says what K2HR3 says.</summary>
    public sealed record UpToDate(ConfigurationPlan.Usable Plan) : ConfigurationDecision;

    /// <summary>The file is to be replaced.</summary>
    public sealed record Write(ConfigurationPlan.Usable Plan) : ConfigurationDecision;

    /// <summary>The list leaves out most of the servers; it is to be confirmed before it is taken.</summary>
    public sealed record LargeShrink(ConfigurationPlan.Usable Plan) : ConfigurationDecision;

    /// <summary>The resource is no slave's configuration.</summary>
    public sealed record NotASlave(string Why) : ConfigurationDecision;

    /// <summary>The resource does not list this host.</summary>
    public sealed record NotListed : ConfigurationDecision;

    /// <summary>chmpx would exit on it, or be harmed by it.</summary>
    public sealed record Refused(string Why, ImmutableArray<IniProblem> Problems) : ConfigurationDecision
    {
        private const int MostShown = 3;

        /// <summary>Why, and the first problems, for a person.</summary>
        public string Summary =>
            $"{Why}: {string.Join("; ", Problems.Take(MostShown))}{(Problems.Length > MostShown ? $"; and {Problems.Length - MostShown} more" : string.Empty)}";
    }

    /// <param name="plan">What the text means for this host.</param>
    /// <param name="inPlace">The file as it is; null when there is none.</param>
    /// <param name="hasRightMode">Whether whoever is to read the file can.</param>
    /// <param name="ring">What chmpx shows; null while it does not answer.</param>
    /// <param name="wasAccepted">This very text became the configuration before: it is no shrink, whatever somebody wrote into the file since.</param>
    public static ConfigurationDecision Make(ConfigurationPlan plan, IniDocument? inPlace, bool hasRightMode, RingView? ring, bool wasAccepted) => plan switch
    {
        ConfigurationPlan.NoSlave noSlave => new NotASlave(noSlave.Why),
        ConfigurationPlan.SelfMissing => new NotListed(),
        ConfigurationPlan.Refused refused => new Refused(refused.Why, refused.Problems),
        ConfigurationPlan.Usable usable when hasRightMode && inPlace is { FileVersion: not null } && IniComparison.SaysTheSame(inPlace, usable.Ini) => new UpToDate(usable),
        ConfigurationPlan.Usable usable when !wasAccepted && ShrinkGuard.LosesTooMany(usable.Ini, inPlace, ring) => new LargeShrink(usable),
        ConfigurationPlan.Usable usable => new Write(usable),
        _ => throw new InvalidOperationException("a plan that is none of its kinds"),
    };
}
