using System.Text;
using System.Text.RegularExpressions;

namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>JavaScript's <c>decodeURI</c>, which K2HR3 applies to its paths: reserved characters stay encoded.</summary>
internal static partial class JavaScriptUri
{
    /// <summary>Null where JavaScript throws, which K2HR3 answers with 500 (recorded: 48).</summary>
    public static string? Decode(string text)
    {
        if (Malformed().IsMatch(text))
        {
            return null;
        }
        return Triplets().Replace(text, run =>
        {
            var bytes = Convert.FromHexString(run.Value.Replace("%", "", StringComparison.Ordinal));
            return string.Concat(Encoding.UTF8.GetString(bytes)
                .Select(character => ";/?:@&=+$,#".Contains(character) ? Uri.HexEscape(character) : character.ToString()));
        });
    }

    [GeneratedRegex("%(?![0-9A-Fa-f]{2})")]
    private static partial Regex Malformed();

    [GeneratedRegex("(%[0-9A-Fa-f]{2})+")]
    private static partial Regex Triplets();
}
