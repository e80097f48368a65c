namespace SlaveAgent.Settings;

/// <summary>Finds the name that a misspelt one probably stands for. Pure.</summary>
public static class Misspelling
{
    /// <summary>A name is a likely misspelling of another if at most one character in so many differs.</summary>
    private const int CharactersPerTypo = 4;

    /// <returns>The nearest known name; null when none is near.</returns>
    public static string? Nearest(string name, IEnumerable<string> known) =>
        known.MinBy(candidate => Distance(candidate, name)) is { } nearest && Distance(nearest, name) <= Math.Max(1, name.Length / CharactersPerTypo) ? nearest : null;

    // Levenshtein's.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
