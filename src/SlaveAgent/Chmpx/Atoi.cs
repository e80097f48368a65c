namespace SlaveAgent.Chmpx;

/// <summary>Numbers as chmpx reads them: by C's atoi, which takes the digits that a text begins with and passes over the rest.</summary>
internal static class Atoi
{
    public static int Of(string text)
    {
        var at = 0;
        while (at < text.Length && text[at] is ' ' or (>= '\t' and <= '\r'))
        {
            at++;
        }

        var isNegative = at < text.Length && text[at] == '-';
        at += at < text.Length && text[at] is '-' or '+' ? 1 : 0;
        var number = 0L;
        for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
        {
            var digit = text[at] - '0';
            if (number > (long.MaxValue - digit) / 10)
            {
                // strtol stops at its limits, and atoi takes the lower half of that.
                return isNegative ? 0 : -1;
            }

            number = (number * 10) + digit;
        }

        return unchecked((int)(isNegative ? -number : number));
    }
}
