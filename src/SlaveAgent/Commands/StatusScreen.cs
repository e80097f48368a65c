using SlaveAgent.Files;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>Fits a status into a terminal: the first lines are wrapped, all else is cut, and of long lists it says how much is left out. Pure.</summary>
internal static class StatusScreen
{
    /// <summary>Below that, wrapped lines are no longer read more easily than cut ones.</summary>
    private const int NarrowestToWrap = 40;

    /// <summary>So many servers are shown in any case.</summary>
    private const int FewestServers = 3;

    /// <returns>At most <paramref name="height"/> lines of at most <paramref name="width"/> characters, none of which a terminal would interpret.</returns>
    public static IReadOnlyList<StatusLine> Fit(StatusText text, int width, int height)
    {
        var head = text.Head.SelectMany(line => width < NarrowestToWrap ? [line] : Wrap(line, width)).ToList();
        var room = Math.Max(height - head.Count - text.More.Count, Math.Min(text.Servers.Count, FewestServers));
        IEnumerable<StatusLine> servers = text.Servers.Count <= room ? text.Servers
            : [.. text.Servers.Take(Math.Max(room - 1, 1)), new StatusLine($"    {text.Servers.Count - Math.Max(room - 1, 1)} more")];
        List<StatusLine> lines = [.. head, .. servers, .. text.More];
        if (lines.Count > height)
        {
            var left = lines.Count - height + 1;
            lines = [.. lines.Take(height - 1), new StatusLine($"  {left} more lines")];
        }

        return [.. lines.Select(line => line with { Text = Cut(Printable.OnOneLine(line.Text), width) })];
    }

    private static IEnumerable<StatusLine> Wrap(StatusLine line, int width)
    {
        var rest = line.Text;
        while (rest.Length > width)
        {
            // A word that is longer than a line is cut at its end.
            var at = rest.LastIndexOf(' ', width, width - line.Indent);
            at = at > line.Indent ? at : width;
            yield return line with { Text = rest[..at] };
            rest = new string(' ', line.Indent) + rest[at..].TrimStart();
        }

        yield return line with { Text = rest };
    }

    private static string Cut(string text, int width) =>
        text.Length <= width ? text : text[..(width - (width > 1 && char.IsHighSurrogate(text[width - 2]) ? 2 : 1))] + "…";
}
