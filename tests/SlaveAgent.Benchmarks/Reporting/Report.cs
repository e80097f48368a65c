using System.Text.Encodings.Web;
using System.Text.Json;

namespace SlaveAgent.Benchmarks.Reporting;

/// <summary>The table's rows as they come in, for the terminal, for the page and as JSON.</summary>
internal sealed class Report(TextWriter output)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<Figure> _figures = [];

    public void Add(string name, string limit, string measured, bool? isMet)
    {
        _figures.Add(new Figure(name, limit, measured, isMet));
        output.WriteLine($"| {name} | {limit} | {measured} |{(isMet is false ? "   <- not met" : string.Empty)}");
    }

    public void Say(string words) => output.WriteLine($"-- {words}");

    /// <summary>Puts the rows into README.md of the benchmarks, between the marks of this name.</summary>
    public void WriteIntoPage(string name, Func<Figure, string> row)
    {
        var path = Repository.At("tests/SlaveAgent.Benchmarks/README.md");
        var text = File.ReadAllText(path);
        var head = text.IndexOf("|---|", text.IndexOf($"<!-- {name} -->", StringComparison.Ordinal), StringComparison.Ordinal);
        var from = text.IndexOf('\n', head) + 1;
        var to = text.IndexOf($"<!-- /{name} -->", StringComparison.Ordinal);
        File.WriteAllText(path, text[..from] + string.Concat(_figures.Select(figure => row(figure) + "\n")) + text[to..]);
    }

    public void Save(string path, object more)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, JsonSerializer.Serialize(new { figures = _figures, more }, Readable) + "\n");
    }
}
