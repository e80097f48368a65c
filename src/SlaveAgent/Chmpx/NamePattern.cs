using System.Globalization;

namespace SlaveAgent.Chmpx;

/// <summary>
/// A server's NAME as chmpx expands it (lib/chmregex.cc, expand_simple_regexes): names parted by commas, and lists and ranges in brackets. chmpx ends on one that it cannot
/// expand.
/// </summary>
internal static class NamePattern
{
    /// <summary>A counter that stops here: a ring has no place for more servers, and nobody gains by a longer count.</summary>
    public const int Most = 32_768;

    /// <returns>How many servers it stands for, at most <see cref="Most"/>; null when chmpx cannot expand it.</returns>
    public static int? Count(string name)
    {
        if (name.Length == 0)
        {
            return null;
        }

        long total = 0;
        foreach (var part in Parts(name))
        {
            if (CountOfPart(part) is not { } count)
            {
                return null;
            }

            total += count;
        }

        return total == 0 ? null : (int)Math.Min(total, Most);
    }

    /// <summary>Whether it names one host, and not several by a list, range or regular expression.</summary>
    public static bool IsSingle(string name) => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or ':' or '-' or '_' or '%');

    /// <returns>The names that it stands for; itself where chmpx cannot expand it, or makes too many of it.</returns>
    public static IEnumerable<string> Expand(string name) => Count(name) is > 0 and < Most ? Parts(name).SelectMany(part => ExpandPart(part.Trim(IniValue.Blanks))) : [name];

    private static IEnumerable<string> ExpandPart(string part) => part.IndexOf('[', StringComparison.Ordinal) is >= 0 and var open && part.IndexOf(']', StringComparison.Ordinal) is var close
        ? from item in ItemsOf(part[(open + 1)..close])
          from one in ExpandItem(item)
          from rest in ExpandPart(part[(close + 1)..])
          select $"{part[..open]}{one}{rest}"
        : [part];

    private static IEnumerable<string> ExpandItem(string item)
    {
        if (CountOfItem(item) is not { } count || item.IndexOf('-', StringComparison.Ordinal) is not (> 0 and var hyphen))
        {
            return [item];
        }

        var first = item[..hyphen].Trim(IniValue.Blanks);
        return Enumerable.Range(0, (int)count).Select(i => char.IsAsciiDigit(first[0]) ? (Atoi.Of(first) + i).ToString(CultureInfo.InvariantCulture) : ((char)(first[0] + i)).ToString());
    }

    // Commas outside of brackets part; an empty part at the end is none.
    private static IEnumerable<string> Parts(string name)
    {
        var begin = 0;
        var isInside = false;
        for (var at = 0; at < name.Length; at++)
        {
            if (isInside)
            {
                isInside = name[at] != ']';
            }
            else if (name[at] == '[')
            {
                isInside = true;
            }
            else if (name[at] == ',')
            {
                yield return name[begin..at];
                begin = at + 1;
            }
        }

        if (begin < name.Length)
        {
            yield return name[begin..];
        }
    }

    private static long? CountOfPart(string part)
    {
        long count = 1;
        var at = 0;
        while (at < part.Length)
        {
            var open = part.IndexOf('[', at);
            var close = part.IndexOf(']', at);
            if (open < 0)
            {
                return close < 0 ? count : null;
            }

            if (close < open || CountOfBrackets(part[(open + 1)..close]) is not { } inside)
            {
                return null;
            }

            if (inside == 0)
            {
                // It goes on with what it has made of the list: with nothing, whatever follows.
                return 0;
            }

            count = Math.Min(count * inside, Most);
            at = close + 1;
        }

        return count;
    }

    private static long? CountOfBrackets(string list)
    {
        list = list.Trim(IniValue.Blanks);
        if (list.Length == 0 || list.Contains('[', StringComparison.Ordinal))
        {
            return null;
        }

        long count = 0;
        foreach (var item in ItemsOf(list))
        {
            if (CountOfItem(item) is not { } inside)
            {
                return null;
            }

            count += inside;
        }

        return count;
    }

    private static IEnumerable<string> ItemsOf(string list) => list.Split(',').Select(item => item.Trim(IniValue.Blanks)).Where(item => item.Length > 0);

    private static long? CountOfItem(string item)
    {
        if (item.IndexOf('-', StringComparison.Ordinal) is var hyphen && hyphen < 0)
        {
            return 1;
        }

        var (first, last) = (item[..hyphen].Trim(IniValue.Blanks), item[(hyphen + 1)..].Trim(IniValue.Blanks));
        if (first.Length == 0 || last.Length == 0 || last.Contains('-', StringComparison.Ordinal))
        {
            return null;
        }

        if (first.All(char.IsAsciiDigit) && last.All(char.IsAsciiDigit))
        {
            var (low, high) = (Atoi.Of(first), Atoi.Of(last));
            return low <= high ? (long)high - low + 1 : null;
        }

        return first is [var from] && last is [var to] && char.IsAsciiLetter(from) && char.IsAsciiLetter(to) && char.IsAsciiLetterLower(from) == char.IsAsciiLetterLower(to) && from <= to
            ? to - from + 1
            : null;
    }
}
