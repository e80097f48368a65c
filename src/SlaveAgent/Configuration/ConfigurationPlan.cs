using System.Collections.Immutable;
using SlaveAgent.Chmpx;
using SlaveAgent.Files;

namespace SlaveAgent.Configuration;

/// <summary>What a resource's text means for this host. Pure.</summary>
public abstract record ConfigurationPlan
{
    private const string SelfMark = "__SELF_INSTANCE_ID__";

    private ConfigurationPlan()
    {
    }

    /// <summary>A configuration that chmpx will take, each node once and of the slaves this one only.</summary>
    /// <param name="Slaves">How many slaves the resource lists, this one included.</param>
    public sealed record Usable(IniDocument Ini, ImmutableArray<IniProblem> Warnings, int Slaves) : ConfigurationPlan;

    /// <summary>The resource is for something else than a k2hdkc slave node.</summary>
    public sealed record NoSlave(string Why) : ConfigurationPlan;

    /// <summary>All is well but that this host is not listed: chmpx would not start with it.</summary>
    public sealed record SelfMissing : ConfigurationPlan;

    /// <summary>A slave's configuration that chmpx would exit on, or that would do harm.</summary>
    public sealed record Refused(ImmutableArray<IniProblem> Problems) : ConfigurationPlan
    {
        /// <summary>For a person, in general.</summary>
        public string Why => Problems.Any(problem => problem.Effect == IniEffect.Ends) ? "chmpx would exit on it" : "it would do harm";
    }

    /// <summary>So many warnings are kept of one resource, the last of which says how many more there are.</summary>
    public const int MostWarnings = 20;

    /// <param name="cuk">Put in where the resource leaves room for the host's own.</param>
    /// <param name="files">What is on this host.</param>
    /// <param name="options">Null: the defaults, and this host's addresses are not known.</param>
    public static ConfigurationPlan Make(string text, string cuk, HostFiles files, PlanOptions? options = null)
    {
        options ??= PlanOptions.Default;
        var read = IniReader.Read(WithSelf(text, cuk));
        if (WhyNoSlave(read) is { } why)
        {
            return new NoSlave(why);
        }

        if (read.FindGlobal("SELFCUK") is { Value: { Length: > 0 } other } self && other != cuk)
        {
            // An answer that was made for another host, as a proxy's store can give it: chmpx would pass itself off as that one.
            return new Refused([IniProblem.Harms(IniCode.OtherHost, self.Number, $"SELFCUK must be this host's own CUK {cuk}, not {Printable.Of(other)}")]);
        }

        // Before each node is written once and judged: what is wrong with another slave's entry is no matter then.
        var (repaired, repairs) = Repairs.Make(read, cuk);
        var (needed, ofSlaves) = options.KeepsOtherSlaves ? OwnEntry.WithoutWrongOthers(repaired, options.Addresses, files) : OwnEntry.Only(repaired, options.Addresses);
        var (ini, again) = IniWriter.NodesOnce(needed, options.Ring);
        var problems = IniCheck.Check(WithVersion(ini), files);
        if (!problems.IsEmpty)
        {
            return problems.All(problem => problem.Code == IniCode.NotListed) ? new SelfMissing() : new Refused(problems);
        }

        IniProblem[] warnings = [.. needed.Problems.Where(problem => problem.Effect == IniEffect.Note), .. repairs, .. ofSlaves, .. again, .. RingRoom.Warnings(ini, read.Slaves.Count())];
        return new Usable(ini, IniProblem.First(MostWarnings, warnings), read.Slaves.Count());
    }

    /// <summary>The resource's text with the host's own CUK where it leaves room for it.</summary>
    public static string WithSelf(string text, string cuk) => text.Replace(SelfMark, cuk, StringComparison.Ordinal);

    /// <summary>Whether chmpx would take this text without anything done to it.</summary>
    public static bool IsUsableAsIs(string text, HostFiles files) => IniCheck.Check(IniReader.Read(text), files).IsEmpty;

    /// <returns>Why this text is for something else than a k2hdkc slave node; null when it is for one.</returns>
    public static string? WhyNoSlave(string text) => WhyNoSlave(IniReader.Read(text));

    private static string? WhyNoSlave(IniDocument ini) =>
        ini.Sections.All(s => s.Name != IniSection.GlobalName) ? "it has no [GLOBAL] section"
        : ini.Global("MODE") is { Length: > 0 } mode && !mode.Equals("SLAVE", StringComparison.OrdinalIgnoreCase) ? $"its MODE is {mode}"
        : null;

    // The agent stamps its own number, so a template without one, or with an empty one, is no reason to refuse.
    private static IniDocument WithVersion(IniDocument ini)
    {
        var stamped = false;
        return ini with
        {
            Sections = [.. ini.Sections.Select(section =>
            {
                if (section.Name != IniSection.GlobalName || stamped)
                {
                    return section;
                }

                stamped = true;
                return section with { Lines = [.. section.Lines.Where(l => l.Key != "FILEVERSION"), new IniLine(section.Line, "FILEVERSION", "1", "1")] };
            })],
        };
    }
}
