using System.Collections.Immutable;

namespace SlaveAgent.Chmpx;

/// <summary>Something that is to be said of a configuration.</summary>
/// <param name="Line">From 1; 0 when the whole file is meant.</param>
/// <param name="Message">For a person: what must be, and what is.</param>
public sealed record IniProblem(IniCode Code, IniEffect Effect, int Line, string Message)
{
    public static IniProblem Ends(IniCode code, int line, string message) => new(code, IniEffect.Ends, line, message);

    public static IniProblem Harms(IniCode code, int line, string message) => new(code, IniEffect.Harms, line, message);

    public static IniProblem Note(IniCode code, int line, string message) => new(code, IniEffect.Note, line, message);

    /// <summary>The first of many, and last how many more there are: whoever keeps, shows or logs them need not count.</summary>
    public static ImmutableArray<IniProblem> First(int most, IReadOnlyCollection<IniProblem> problems) => problems.Count <= most
        ? [.. problems]
        : [.. problems.Take(most - 1), problems.Skip(most - 1).MinBy(problem => problem.Effect)! with { Code = IniCode.More, Line = 0, Message = $"and {problems.Count - most + 1} more of the kind" }];

    public override string ToString() => Line > 0 ? $"line {Line}: {Message}" : Message;
}
