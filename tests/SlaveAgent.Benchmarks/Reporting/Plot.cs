using System.Globalization;
using System.Text;

namespace SlaveAgent.Benchmarks.Reporting;

/// <summary>A plot of a few lines as SVG, small enough to be read in a text editor.</summary>
internal sealed class Plot(string title, string horizontal, string vertical)
{
    private const int Width = 860;
    private const int Height = 360;
    private const int Left = 70;
    private const int Right = 20;
    private const int Top = 56;
    private const int Bottom = 50;

    private static readonly string[] Colours = ["#1f6feb", "#d1242f", "#1a7f37", "#9a6700", "#8250df"];

    private readonly List<(string Name, IReadOnlyList<(double X, double Y)> Points)> _lines = [];
    private readonly List<(double At, string Message)> _marks = [];

    public double? LargestX { get; init; }

    /// <summary>Where the vertical axis begins; a memory's needs no zero.</summary>
    public double LeastY { get; init; }

    public Plot Line(string name, IEnumerable<(double X, double Y)> points)
    {
        _lines.Add((name, [.. points]));
        return this;
    }

    /// <summary>A vertical line where something happens.</summary>
    public Plot Mark(double at, string words)
    {
        _marks.Add((at, words));
        return this;
    }

    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, ToString());
    }

    public override string ToString()
    {
        var all = _lines.SelectMany(line => line.Points).ToList();
        var mostX = LargestX ?? Round(all.Max(point => point.X));
        var mostY = Round(all.Where(point => point.X <= mostX).Max(point => point.Y) - LeastY) + LeastY;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"12\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>\n<text x=\"{Left}\" y=\"20\" font-size=\"15\">{title}</text>\n");
        for (var tick = 0; tick <= 5; tick++)
        {
            var (x, y) = (mostX * tick / 5, LeastY + ((mostY - LeastY) * tick / 5));
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(y):0.#}\" y2=\"{Y(y):0.#}\" stroke=\"#ddd\"/>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 6}\" y=\"{Y(y) + 4:0.#}\" text-anchor=\"end\">{y:0.###}</text>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(x):0.#}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{x:0.###}</text>\n");
        }

        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 12}\" text-anchor=\"middle\">{horizontal}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"16\" y=\"{(Top + Height - Bottom) / 2}\" text-anchor=\"middle\" transform=\"rotate(-90 16 {(Top + Height - Bottom) / 2})\">{vertical}</text>\n");
        foreach (var (at, words) in _marks)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<line x1=\"{X(at):0.#}\" x2=\"{X(at):0.#}\" y1=\"{Top}\" y2=\"{Height - Bottom}\" stroke=\"#888\" stroke-dasharray=\"4 3\"/>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(at) + 4:0.#}\" y=\"{Top + 12}\" fill=\"#555\">{words}</text>\n");
        }

        var offset = Left;
        foreach (var (index, (name, points)) in _lines.Index())
        {
            var colour = Colours[index % Colours.Length];
            var path = string.Join(' ', points.Where(point => point.X <= mostX)
                .Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.X):0.#},{Y(point.Y):0.#}")));
            svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" points=\"{path}\"/>\n");
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{offset}\" y=\"32\" width=\"14\" height=\"4\" fill=\"{colour}\"/><text x=\"{offset + 20}\" y=\"39\">{name}</text>\n");
            offset += 40 + (name.Length * 7);
        }

        return svg.Append("</svg>\n").ToString();

        double X(double value) => Left + (value / mostX * (Width - Left - Right));
        double Y(double value) => Height - Bottom - ((value - LeastY) / (mostY - LeastY) * (Height - Top - Bottom));
    }

    /// <summary>The next number that five ticks part well.</summary>
    private static double Round(double most)
    {
        if (most <= 0)
        {
            return 1;
        }

        var scale = Math.Pow(10, Math.Floor(Math.Log10(most)));
        return new[] { 1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10 }.First(factor => factor * scale >= most * 0.999) * scale;
    }
}
