using System.Text.RegularExpressions;

namespace SlaveAgent.Tests.Sandbox;

/// <summary>One recorded exchange with the real K2HR3: the request curl sent and its source address, and the response.</summary>
internal sealed partial record Recording(
    string Name, string Client, string Method, string Target, IReadOnlyDictionary<string, string> RequestHeaders, string? Body,
    int Status, IReadOnlyDictionary<string, string> ResponseHeaders, string Answer)
{
    public static IReadOnlyList<Recording> All() =>
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures", "k2hr3"), "*.txt")
            .Where(path => !Path.GetFileName(path).StartsWith("80-", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(Read)];

    private static Recording Read(string path)
    {
        var text = File.ReadAllText(path);
        var lines = text.Split('\n');
        var sent = lines.Where(line => line.StartsWith("> ", StringComparison.Ordinal)).Select(line => line[2..].Trim()).ToList();
        var received = lines.Where(line => line.StartsWith("< ", StringComparison.Ordinal)).Select(line => line[2..].Trim()).ToList();
        var body = text[(text.IndexOf("----- body -----\n", StringComparison.Ordinal) + 17)..].Trim('\n');
        var parts = sent[0].Split(' ');
        return new(
            Path.GetFileNameWithoutExtension(path), ClientLine().Match(text).Groups[1].Value, parts[0], parts[1], Headers(sent), PostedBody(lines[1]),
            int.Parse(received[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), Headers(received),
            // curl -i prints the headers again where there is no body.
            parts[0] == "HEAD" ? "" : body);
    }

    private static Dictionary<string, string> Headers(IEnumerable<string> lines) => lines.Skip(1)
        .Where(line => line.Contains(": ", StringComparison.Ordinal))
        .Select(line => line.Split(": ", 2))
        .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.OrdinalIgnoreCase);

    // The command line is quoted as by bash's %q: a backslash before each special character.
    private static string? PostedBody(string commandLine) =>
        DataOption().Match(commandLine) is { Success: true } data ? Escape().Replace(data.Groups[1].Value, "$1") : null;

    [GeneratedRegex(@"^# client node: \S+ \((\S+)\)", RegexOptions.Multiline)]
    private static partial Regex ClientLine();

    [GeneratedRegex(@" -d ((?:\\.|[^\\ ])+)")]
    private static partial Regex DataOption();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escape();
}
