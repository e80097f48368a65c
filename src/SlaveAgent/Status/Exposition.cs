using System.Globalization;
using System.Text;
using SlaveAgent.Files;

namespace SlaveAgent.Status;

/// <summary>Writes metrics in Prometheus' text format, version 0.0.4, as node_exporter's textfile collector reads it: without times.</summary>
/// <param name="prefix">Of each metric's name.</param>
internal sealed class Exposition(string prefix)
{
    private readonly StringBuilder _text = new();

    public void Gauge(string name, string help, params IEnumerable<MetricSample> samples) => Add("gauge", name, help, samples);

    public void Counter(string name, string help, params IEnumerable<MetricSample> samples) => Add("counter", name, help, samples);

    public override string ToString() => _text.ToString();

    private void Add(string type, string name, string help, IEnumerable<MetricSample> samples)
    {
        var lines = samples.Select(sample => string.Create(CultureInfo.InvariantCulture, $"{prefix}{name}{Labels(sample)} {sample.Value}\n")).ToList();
        if (lines.Count > 0)
        {
            _text.Append(CultureInfo.InvariantCulture, $"# HELP {prefix}{name} {help}\n# TYPE {prefix}{name} {type}\n").AppendJoin(string.Empty, lines);
        }
    }

    private static string Labels(MetricSample sample) =>
        sample.Labels.Length == 0 ? string.Empty : $"{{{string.Join(',', sample.Labels.Select(label => $"{label.Name}=\"{Escaped(label.Value)}\""))}}}";

    // A line feed would have to be escaped, too, and is not left by then.
    private static string Escaped(string value) => Printable.OnOneLine(value).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);
}
