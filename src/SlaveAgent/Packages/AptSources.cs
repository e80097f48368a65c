using System.Text.RegularExpressions;
using SlaveAgent.Files;
using SlaveAgent.Hosting;

namespace SlaveAgent.Packages;

/// <summary>The sources that apt reads on a host (sources.list(5)), in both of their forms.</summary>
internal static partial class AptSources
{
    private const string MainFile = "/etc/apt/sources.list";
    private const string PartsDirectory = "/etc/apt/sources.list.d";

    private static readonly string[] Types = ["deb", "deb-src"];
    private static readonly string[] Off = ["no", "false", "without", "off", "disable", "0"];

    /// <summary>Whether a source of this address and suite is there in a file that the agent did not write.</summary>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory may not be read.</exception>
    public static bool IsHosts(HostRoot root, string address, string suite)
    {
        var parts = Directory.Exists(root.At(PartsDirectory)) ? Directory.EnumerateFiles(root.At(PartsDirectory)).Select(path => $"{PartsDirectory}/{Path.GetFileName(path)}") : [];
        return parts.Prepend(MainFile).Any(path => root.TryRead(path) is { } text && !text.StartsWith(SystemFile.Header, StringComparison.Ordinal) && Path.GetExtension(path) switch
        {
            ".list" => text.Split('\n').Any(line => IsInLine(line, address, suite)),
            ".sources" => Stanzas(text).Any(stanza => IsIn(stanza, address, suite)),
            _ => false,
        });
    }

    /// <summary>Such as <c>deb [signed-by=/etc/apt/keyrings/key.gpg] https://example.com/debian/ bookworm main</c>.</summary>
    private static bool IsInLine(string line, string address, string suite) =>
        Words(Options().Replace(line.Split('#')[0], " ")) is [var type, var uri, var of, ..] && Types.Contains(type) && IsSame(uri, address) && of == suite;

    private static bool IsIn(Dictionary<string, string> stanza, string address, string suite) =>
        !Off.Contains(stanza.GetValueOrDefault("Enabled", string.Empty).Trim(), StringComparer.OrdinalIgnoreCase)
        && Words(stanza.GetValueOrDefault("URIs", string.Empty)).Any(uri => IsSame(uri, address))
        && Words(stanza.GetValueOrDefault("Suites", string.Empty)).Contains(suite);

    /// <summary>Paragraphs of fields, of which each may go on in lines that begin with a blank.</summary>
    private static IEnumerable<Dictionary<string, string>> Stanzas(string text)
    {
        var stanza = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var field = string.Empty;
        foreach (var line in text.Split('\n').Where(line => !line.StartsWith('#')).Append(string.Empty))
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                yield return stanza;
                stanza = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            }
            else if (char.IsWhiteSpace(line[0]))
            {
                stanza[field] = $"{stanza.GetValueOrDefault(field)} {line}";
            }
            else if (line.Split(':', 2) is [var name, var value])
            {
                field = name;
                stanza[field] = value;
            }
        }
    }

    private static bool IsSame(string uri, string address) => uri.TrimEnd('/') == address.TrimEnd('/');

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"\[[^\]]*\]")]
    private static partial Regex Options();
}
