using System.Collections.Immutable;
using System.Text;

namespace SlaveAgent.Chmpx;

/// <summary>
/// Reads a configuration as chmpx 1.0.113 does (lib/chmconf.cc, LoadConfigurationRaw): only a line feed ends a line, lines are trimmed of ASCII blanks, <c>#</c> first
/// makes a comment, a section's head must stand alone on its line, the first <c>=</c> parts key and value, keys are taken to the letter.
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
        foreach (var range in text.AsSpan().Split('\n'))
        {
            number++;
            var line = text.AsSpan(range).Trim(IniValue.BlankCharacters);
            if (line.IsEmpty)
            {
                continue;
            }

            var isComment = line[0] == '#';
            if (HasControlCharacter(line))
            {
                // chmpx passes most of them; whoever reads the file or a message about it on a terminal should not have to. A comment can be left out.
                problems.Add(isComment
                    ? IniProblem.Note(IniCode.ControlCharacter, number, "the comment has a control character and is left out")
                    : IniProblem.Harms(IniCode.ControlCharacter, number, "the line has a control character, or one that is no UTF-8"));
                if (isComment)
                {
                    continue;
                }
            }

            if (line[0] == '[' && line[^1] == ']')
            {
                Close(sections, open, lines);
                open = new IniSection(number, line[1..^1].ToString(), []);
            }
            else if (open is not null)
            {
                lines.Add(ReadLine(number, line));
            }
            else if (!isComment)
            {
                problems.Add(Outside(number, line));
            }
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
        var writtenKey = (parting < 0 ? line : line[..parting].TrimEnd(IniValue.BlankCharacters)).ToString();
        var written = parting < 0 ? string.Empty : line[(parting + 1)..].TrimStart(IniValue.BlankCharacters).ToString();
        var key = IniValue.TryRead(writtenKey);
        return new IniLine(number, key == writtenKey ? writtenKey : key ?? writtenKey, written, key is null ? null : IniValue.TryRead(written)) { WrittenKey = writtenKey };
    }

    private static IniProblem Outside(int number, ReadOnlySpan<char> line) => line is ['\ufeff', '[', .., ']']
        ? IniProblem.Harms(IniCode.ByteOrderMark, number, "the text begins with a byte order mark, for which chmpx passes over its first section")
        : IniProblem.Note(IniCode.OutsideOfSections, number, "the line stands before the first section and is left out");

    private static bool HasControlCharacter(ReadOnlySpan<char> line)
    {
        if (line.ContainsAnyInRange('\0', '\u0008') || line.ContainsAnyInRange('\u000b', '\u001f') || line.ContainsAnyInRange('\u007f', '\u009f') || line.Contains('\ufffd'))
        {
            return true;
        }

        if (!line.ContainsAnyInRange('\ud800', '\udfff'))
        {
            return false;
        }

        foreach (var rune in line.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar)
            {
                return true;
            }
        }

        return false;
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
