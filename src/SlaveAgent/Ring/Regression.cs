using System.Globalization;

namespace SlaveAgent.Ring;

/// <summary>A generation has lost connections that the one before had, to servers that nothing says are down.</summary>
/// <param name="Generation">The one that lost them.</param>
/// <param name="Before">The one that had them.</param>
/// <param name="Lost">Names of the servers.</param>
public sealed record Regression(int Generation, int Before, IReadOnlyList<string> Lost)
{
    private const int MostNamed = 3;

    /// <summary>For people, with the command that goes back.</summary>
    public string Message => string.Create(
        CultureInfo.InvariantCulture,
        $"generation {Generation} has no connection to {string.Join(", ", Lost.Take(MostNamed))}{(Lost.Count > MostNamed ? $" and {Lost.Count - MostNamed} more" : string.Empty)}, which generation {Before} had; to go back: k2hdkc-slave-agent rollback {Before}");

    public bool SaysTheSame(Regression? other) => other is not null && Generation == other.Generation && Before == other.Before && Lost.SequenceEqual(other.Lost);
}
