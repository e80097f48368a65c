using System.Collections.Immutable;

namespace SlaveAgent.Chmpx;

/// <summary>
/// Reads a configuration as chmpx 1.0.113 does (Chmpx/README.md, "Configuration file"; lib/chmconf.cc, LoadConfigurationRaw): lines are trimmed, <c>#</c> first makes a
/// comment, a section's head must stand alone on its line, the first <c>=</c> parts key and value, keys are taken to the letter.
/// </summary>
public static class IniReader
{
    public static IniDocument Read(string text)
    {
        var sections = ImmutableArray.CreateBuilder<IniSection>();
        var problems = ImmutableArray.CreateBuilder<IniProblem>();
        var lines = ImmutableArray.CreateBuilder<IniLine>();
        IniSection? open = null;
        var number = 0;
        if (text.StartsWith('\ufeff'))
        {
            problems.Add(new IniProblem(1, "the text begins with a byte order mark, on which chmpx exits"));
        }

        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            number++;
            var line = raw.Trim();
            if (line.IsEmpty)
            {
                continue;
            }

            // chmpx passes most of them; whoever reads the file or a message about it on a terminal should not have to.
            if (line.ContainsAnyInRange('\0', '\u0008') || line.ContainsAnyInRange('\u000b', '\u001f') || line.ContainsAnyInRange('\u007f', '\u009f'))
            {
                problems.Add(new IniProblem(number, "the line has a control character"));
                continue;
            }

            if (line[0] == '[' && line[^1] == ']')
            {
                Close(sections, open, lines);
                open = new IniSection(number, line[1..^1].ToString(), []);
                continue;
            }

            if (open is null)
            {
                if (line[0] != '#')
                {
                    problems.Add(new IniProblem(number, "the line stands before the first section"));
                }

                continue;
            }

            lines.Add(ReadLine(number, line));
        }

        Close(sections, open, lines);
        return new IniDocument(sections.ToImmutable(), problems.ToImmutable());
    }

    private static IniLine ReadLine(int number, ReadOnlySpan<char> line)
    {
        if (line[0] == '#')
        {
            return new IniLine(number, null, line.ToString(), null);
        }

        var parting = line.IndexOf('=');
        var key = parting < 0 ? line : line[..parting].TrimEnd();
        var written = parting < 0 ? string.Empty : line[(parting + 1)..].TrimStart().ToString();
        return new IniLine(number, IniValue.TryRead(key) ?? key.ToString(), written, IniValue.TryRead(written));
    }

    private static void Close(ImmutableArray<IniSection>.Builder sections, IniSection? open, ImmutableArray<IniLine>.Builder lines)
    {
        if (open is not null)
        {
            sections.Add(open with { Lines = lines.ToImmutable() });
        }

        lines.Clear();
    }
}
