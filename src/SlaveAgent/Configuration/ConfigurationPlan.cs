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
    /// <param name="Room">With all slaves that the resource lists.</param>
    public sealed record Usable(IniDocument Ini, ImmutableArray<IniProblem> Warnings, RingRoom Room) : ConfigurationPlan;

    /// <summary>The resource is for something else than a k2hdkc slave node.</summary>
    /// <param name="Mode">Its MODE; null when it has no [GLOBAL] section.</param>
    public sealed record NoSlave(string? Mode) : ConfigurationPlan
    {
        /// <summary>For a person.</summary>
        public string Why => Mode is null ? "it has no [GLOBAL] section" : $"its MODE is {Mode}";
    }

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
        if (FindNoSlave(read) is { } other)
        {
            return other;
        }

        if (read.FindGlobal("SELFCUK") is { Value: { Length: > 0 } named } self && named != cuk)
        {
            // An answer that was made for another host, as a proxy's store can give it: chmpx would pass itself off as that one.
            return new Refused([IniProblem.Harms(IniCode.OtherHost, self.Number, $"SELFCUK must be this host's own CUK {cuk}, not {Printable.Of(named)}")]);
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

        var room = RingRoom.Of(read);
        IniProblem[] warnings = [.. needed.Problems.Where(problem => problem.Effect == IniEffect.Note), .. repairs, .. ofSlaves, .. again, .. room.Warning(ini) is { } full ? (IniProblem[])[full] : []];
        return new Usable(ini, IniProblem.First(MostWarnings, warnings), room);
    }

    /// <summary>The resource's text with the host's own CUK where it leaves room for it.</summary>
    public static string WithSelf(string text, string cuk) => text.Replace(SelfMark, cuk, StringComparison.Ordinal);

    /// <summary>Whether chmpx would take this text without anything done to it.</summary>
    public static bool IsUsableAsIs(string text, HostFiles files) => IniCheck.Check(IniReader.Read(text), files).IsEmpty;

    /// <returns>Null when this text is for a k2hdkc slave node.</returns>
    public static NoSlave? FindNoSlave(string text) => FindNoSlave(IniReader.Read(text));

    private static NoSlave? FindNoSlave(IniDocument ini) =>
        ini.Sections.All(s => s.Name != IniSection.GlobalName) ? new NoSlave(Mode: null)
        : ini.Global("MODE") is { Length: > 0 } mode && !mode.Equals("SLAVE", StringComparison.OrdinalIgnoreCase) ? new NoSlave(mode)
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
