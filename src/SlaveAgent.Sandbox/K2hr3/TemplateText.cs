using System.Text.RegularExpressions;

namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>
/// A template with its placeholders filled in just as K2HR3 does it (k2hr3_api 2.0.3, src/lib/k2hr3userdata.ts): one value after the other by JavaScript's
/// <c>String.replace</c>, which escapes nothing, and in whose replacement <c>$&amp;</c>, <c>$`</c>, <c>$'</c> and <c>$$</c> have meanings of their own.
/// </summary>
public static partial class TemplateText
{
    public static string Fill(string template, string? role, string? tenant, string? token, string? apiUri, string error) => new[]
    {
        ("ROLE_NAME", role), ("ROLE_TENANT", tenant), ("ROLE_TOKEN", token), ("API_HOST_URI", apiUri), ("ERROR_MSG", error),
    }
    .Aggregate(template, (text, value) => Replace(text, $"{{{{= %K2HR3_{value.Item1}% }}}}", value.Item2 ?? string.Empty));

    private static string Replace(string text, string placeholder, string value) => Regex.Replace(text, Regex.Escape(placeholder), found => Pattern().Replace(value, pattern => pattern.Value switch
    {
        "$$" => "$",
        "$&" => found.Value,
        "$`" => text[..found.Index],
        _ => text[(found.Index + found.Length)..],
    }));

    [GeneratedRegex(@"\$[$&`']")]
    private static partial Regex Pattern();
}
