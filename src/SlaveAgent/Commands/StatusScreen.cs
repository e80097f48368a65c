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

    /// <returns>At most <paramref name="height"/> lines of at most <paramref name="width"/> characters, none of which a terminal would interpret; and how many lines are left out.</returns>
    public static (IReadOnlyList<StatusLine> Lines, int Left) Fit(StatusText text, int width, int height)
    {
        var head = text.Head.SelectMany(line => width < NarrowestToWrap ? [line] : Wrap(line, width)).ToList();
        var room = Math.Max(height - head.Count - text.More.Count, Math.Min(text.Servers.Count, FewestServers));
        var shown = text.Servers.Count <= room ? text.Servers.Count : Math.Max(room - 1, 1);
        var left = text.Servers.Count - shown;
        StatusLine[] note = left > 0 ? [new StatusLine($"    {left} more")] : [];
        List<StatusLine> lines = [.. head, .. text.Servers.Take(shown), .. note, .. text.More];
        if (lines.Count > height)
        {
            // With the servers that are left out, where the line that says how many is left out itself.
            var cut = lines[(height - 1)..];
            var isNoteCut = cut.Any(note.Contains);
            var more = cut.Count + (isNoteCut ? left - 1 : 0);
            lines = [.. lines[..(height - 1)], new StatusLine($"  {more} more lines")];
            left = isNoteCut ? more : left + more;
        }

        return ([.. lines.Select(line => line with { Text = Cut(Printable.OnOneLine(line.Text), width) })], left);
    }

    private static IEnumerable<StatusLine> Wrap(StatusLine line, int width)
    {
        var rest = line.Text;
        while (rest.Length > width)
        {
            // A word that is longer than a line is cut at its end.
            var at = rest.LastIndexOf(' ', width, width - line.Indent);
            at = at > line.Indent ? at : width - (char.IsHighSurrogate(rest[width - 1]) ? 1 : 0);
            yield return line with { Text = rest[..at] };
            rest = new string(' ', line.Indent) + rest[at..].TrimStart();
        }

        yield return line with { Text = rest };
    }

    private static string Cut(string text, int width) =>
        text.Length <= width ? text : text[..(width - (width > 1 && char.IsHighSurrogate(text[width - 2]) ? 2 : 1))] + "…";
}
