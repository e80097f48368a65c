using System.Globalization;
using System.Text;

namespace SlaveAgent.Hooks;

/// <summary>
/// Variables as the text of an <c>EnvironmentFile=</c>, which a shell reads the same way (Hosting/README.md, "systemd"). Whatever a value holds, it stays that
/// value of that variable. Pure.
/// </summary>
public static class EnvironmentText
{
    /// <param name="variables">Names of letters, digits and underscores; any values.</param>
    public static string Of(IEnumerable<KeyValuePair<string, string>> variables) => string.Concat(variables.Select(variable => $"{variable.Key}={Quoted(variable.Value)}\n"));

    /// <summary>
    /// The value as it arrives: with a question mark for each character that a terminal would interpret, that would end the line, or for which systemd refuses the
    /// whole file, as for a noncharacter.
    /// </summary>
    public static string Plain(string value) => string.Concat(value.EnumerateRunes().Select(rune => IsTaken(rune) ? rune.ToString() : "?"));

    // In single quotes every character stands for itself; of the others in which a single quote can be, only double quotes leave it alone in every version.
    private static string Quoted(string value) => $"'{Plain(value).Replace("'", "'\"'\"'", StringComparison.Ordinal)}'";

    private static bool IsTaken(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.OtherNotAssigned);
}
