using System.Text.Json;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Files;

namespace SlaveAgent.Fuzz.Differential;

/// <summary>
/// Gives generated configurations to the agent's check and to the real chmpx. Broken is what must never be: accepted here and chmpx ends, or said to end chmpx and it runs. What is
/// refused here for the harm of it while chmpx runs is counted by the reason.
/// </summary>
public sealed class Comparison(Func<string, int?, bool?> real, TextWriter output)
{
    private static readonly HostFiles Files = HostFiles.Of(new HostRoot("/")) with { KeyFits = static (_, _) => false };

    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private int _broken;

    /// <returns>How many broke a promise.</returns>
    public int Run(int count, int seed, string? record)
    {
        var generator = new IniGenerator(seed);
        using var recorded = record is null ? null : File.CreateText(record);
        for (var i = 0; i < count; i++)
        {
            var text = generator.Next();
            if (Compare(text) is { } runs)
            {
                recorded?.WriteLine(JsonSerializer.Serialize(new Recorded(runs, text), RecordedJson.Default.Recorded));
            }
        }

        output.WriteLine($"seed {seed}: {count} files, {_broken} broke a promise");
        foreach (var (what, times) in _counts)
        {
            output.WriteLine($"{times,7}  {what}");
        }

        return _broken;
    }

    /// <summary>What chmpx did is known.</summary>
    public static string? Broken(string text, bool? runs, IReadOnlyCollection<IniProblem> problems) =>
        problems.Count == 0 && runs is not true ? $"accepted here, and chmpx {(runs is null ? "hangs" : "ends")}\n{text}"
        : problems.FirstOrDefault(problem => problem.Effect == IniEffect.Ends) is { } end && runs is true ? $"said to end chmpx, and it runs: {end} ({end.Code})\n{text}"
        : null;

    public static IReadOnlyCollection<IniProblem> Judge(string text) => IniCheck.Check(IniReader.Read(text), Files);

    /// <summary>Whether the own entry's NAME is this host is for a resolver to judge, and not for the check.</summary>
    public static bool IsJudged(string text) => IniReader.Read(text).FindSelf() is not { } self || self["NAME"] is null or "127.0.0.1";

    private bool? Compare(string text)
    {
        if (!IsJudged(text))
        {
            Count("not compared: the own NAME was changed");
            return null;
        }

        var problems = Judge(text);
        var runs = real(text, PortOf(text));
        Note(Broken(text, runs, problems));
        Count(problems.Count == 0 ? "accepted, and chmpx runs"
            : problems.Any(problem => problem.Effect == IniEffect.Ends) ? $"chmpx ends: {problems.First(problem => problem.Effect == IniEffect.Ends).Code}"
            : runs is true ? $"refused for harm while chmpx runs: {problems.First().Code}"
            : $"refused for harm, and chmpx {(runs is null ? "hangs" : "ends")}: {problems.First().Code}");
        if (ConfigurationPlan.Make(text, IniGenerator.Cuk, Files) is ConfigurationPlan.Usable usable && usable.Ini.FindSelf()?["NAME"] is "127.0.0.1")
        {
            var written = IniWriter.Write(usable.Ini, 7);
            Note(real(written, PortOf(written)) is true ? null : $"written by the agent, and chmpx does not run with it\n{written}\nof\n{text}");
            Count($"planned and written, and chmpx runs{(runs is true ? string.Empty : ", although not with the original")}");
        }

        return runs;
    }

    private static int? PortOf(string text) => IniReader.Read(text) is { } ini && ini.FindSelf() is { } self && ini.KeyOf(self).ControlPort is > 0 and var port ? port : null;

    private void Note(string? broken)
    {
        if (broken is not null)
        {
            _broken++;
            output.WriteLine($"--- {broken}\n---");
        }
    }

    private void Count(string what) => _counts[what] = _counts.GetValueOrDefault(what) + 1;
}
