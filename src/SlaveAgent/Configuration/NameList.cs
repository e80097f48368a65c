using SlaveAgent.Files;

namespace SlaveAgent.Configuration;

/// <summary>Names of servers for a history of bounded size: all are counted, the first are named.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Names">At most <see cref="Most"/>, each of at most <see cref="Longest"/> characters, on one line.</param>
public sealed record NameList(int Count, IReadOnlyList<string> Names)
{
    public const int Most = 10;
    public const int Longest = 64;

    public static NameList Empty { get; } = new(0, []);

    public static NameList Of(IReadOnlyCollection<string> names) => new(names.Count, [.. names.Take(Most).Select(name => Printable.Cut(name, Longest))]);

    public bool SaysTheSame(NameList other) => Count == other.Count && Names.SequenceEqual(other.Names);
}
