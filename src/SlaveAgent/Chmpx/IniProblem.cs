namespace SlaveAgent.Chmpx;

/// <summary>A rule of chmpx's that a configuration breaks.</summary>
/// <param name="Line">From 1; 0 when the whole file is meant.</param>
/// <param name="Rule">For a person: what must be, and what is.</param>
public sealed record IniProblem(int Line, string Rule)
{
    public override string ToString() => Line > 0 ? $"line {Line}: {Rule}" : Rule;
}
