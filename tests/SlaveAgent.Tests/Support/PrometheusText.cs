using System.Globalization;
using System.Text.RegularExpressions;

namespace SlaveAgent.Tests.Support;

/// <summary>Prometheus' text format, read as strictly as its documentation has it and a node_exporter needs it: one that is wrong in a line is not scraped at all.</summary>
internal sealed partial class PrometheusText
{
    private readonly Dictionary<string, double> _samples = [];
    private readonly List<(string Name, IReadOnlyDictionary<string, string> Labels)> _series = [];
    private readonly Dictionary<string, string> _types = [];

    /// <summary>The type of each metric by its name.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    public IReadOnlyList<(string Name, IReadOnlyDictionary<string, string> Labels)> Series => _series;

    /// <returns>Null where there is no such sample.</returns>
    public double? this[string name, params (string Name, string Value)[] labels] =>
        _samples.TryGetValue(KeyOf(name, labels.ToDictionary(label => label.Name, label => label.Value)), out var value) ? value : null;

    /// <exception cref="FormatException">A line is not as the format says.</exception>
    public static PrometheusText Parse(string text)
    {
        var read = new PrometheusText();
        var (described, family) = (string.Empty, string.Empty);
        if (!text.EndsWith('\n'))
        {
            throw new FormatException("the last line does not end");
        }

        foreach (var line in text[..^1].Split('\n'))
        {
            if (Help().Match(line) is { Success: true } help)
            {
                described = help.Groups["name"].Value;
            }
            else if (Type().Match(line) is { Success: true } type)
            {
                family = type.Groups["name"].Value;
                if (family != described || !read._types.TryAdd(family, type.Groups["type"].Value))
                {
                    throw new FormatException($"a second metric, or one without a description: {line}");
                }
            }
            else
            {
                read.Add(Sample().Match(line) is { Success: true } sample && sample.Groups["name"].Value == family ? sample : throw new FormatException($"no sample of {family}: {line}"));
            }
        }

        return read;
    }

    private void Add(Match sample)
    {
        var name = sample.Groups["name"].Value;
        var labels = sample.Groups["label"].Captures.Zip(sample.Groups["value"].Captures)
            .ToDictionary(pair => pair.First.Value, pair => Escape().Replace(pair.Second.Value, escape => escape.Value switch { @"\n" => "\n", var other => other[1..] }));
        _series.Add((name, labels));
        if (!_samples.TryAdd(KeyOf(name, labels), double.Parse(sample.Groups["number"].Value, CultureInfo.InvariantCulture)))
        {
            throw new FormatException($"a second sample of the same series: {sample.Value}");
        }
    }

    private static string KeyOf(string name, Dictionary<string, string> labels) =>
        $"{name}\n{string.Join('\n', labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"))}";

    [GeneratedRegex("^# HELP (?<name>[a-z_][a-z0-9_]*) [^\\\\]+$")]
    private static partial Regex Help();

    [GeneratedRegex("^# TYPE (?<name>[a-z_][a-z0-9_]*) (?<type>gauge|counter)$")]
    private static partial Regex Type();

    [GeneratedRegex("""^(?<name>[a-z_][a-z0-9_]*)(?:\{(?:(?<label>[a-z_][a-z0-9_]*)="(?<value>(?:[^"\\\p{C}]|\\["\\n])*)"(?:,(?=[a-z])|(?=\})))+\})? (?<number>-?[0-9]+(?:\.[0-9]+)?(?:E\+[0-9]+)?)$""")]
    private static partial Regex Sample();

    [GeneratedRegex("""\\["\\n]""")]
    private static partial Regex Escape();
}
