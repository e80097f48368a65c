using System.Text;
using CsCheck;
using SlaveAgent.Chmpx;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

public sealed class IniValueTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("  blanks around \t", "blanks around")]
    [InlineData("a#b", "a#b")]
    [InlineData("a #b", "a")]
    [InlineData("'a #b'", "a #b")]
    [InlineData("\"a #b\"", "a #b")]
    [InlineData("'a\\b'", "a\\b")]
    [InlineData("\"a\\b\"", "a\\b")]
    [InlineData("\"a\\\"b\"", "a\"b")]
    [InlineData("\"a\\\\b\"", "a\\b")]
    [InlineData("a\\b", "ab")]
    [InlineData("it\\'s", "it's")]
    [InlineData("a=b", "a=b")]
    [InlineData("", "")]
    [InlineData("''", "")]
    public void A_value_is_taken_as_chmpx_takes_it(string written, string value) => Assert.Equal(value, IniValue.TryRead(written));

    [Theory]
    [InlineData("it's")]
    [InlineData("\"open")]
    [InlineData("'open")]
    [InlineData("end\\")]
    [InlineData("end\\#")]
    [InlineData("a \\# b")]
    public void A_value_that_chmpx_throws_away_is_none(string written) => Assert.Null(IniValue.TryRead(written));

    [Fact]
    public void Every_value_agrees_with_a_restatement_of_chmpx_own_source() =>
        Gen.Char["ab #\\\"'\t\r\v=\u00a0é"].Array[0, 12].Select(characters => new string(characters)).Sample(
            written => IniValue.TryRead(written) == Restated(written),
            iter: Iterations.Of(200_000),
            print: written => $"<{written}> is <{IniValue.TryRead(written)}> and should be <{Restated(written)}>");

    [Fact]
    public void A_value_without_quotes_backslashes_and_hashes_is_itself_without_the_blanks_around_it() =>
        Gen.String.Where(text => text.AsSpan().IndexOfAny("\"'\\#") < 0).Sample(text => IniValue.TryRead(text) == text.Trim([' ', '\t', '\r', '\n']));

    /// <summary>lib/chmconfutil.cc, extract_conf_value, branch by branch.</summary>
    private static string? Restated(string written)
    {
        var result = new StringBuilder();
        bool isSingle = false, isDouble = false, isEscape = false, isBeforeSpace = false;
        foreach (var c in written.Trim([' ', '\t', '\r', '\n']))
        {
            if (isSingle)
            {
                if (c == '\'')
                {
                    isSingle = false;
                }
                else
                {
                    result.Append(c);
                }
            }
            else if (isDouble)
            {
                switch (c)
                {
                    case '"' when !isEscape:
                        isDouble = false;
                        break;
                    case '\\' when !isEscape:
                        isEscape = true;
                        break;
                    case '"' or '\\':
                        result.Append(c);
                        isEscape = false;
                        break;
                    default:
                        result.Append(isEscape ? "\\" : "").Append(c);
                        isEscape = false;
                        break;
                }
            }
            else if (c == '"' && !isEscape)
            {
                isDouble = true;
            }
            else if (c == '\'' && !isEscape)
            {
                isSingle = true;
            }
            else if (c == '\\' && !isEscape)
            {
                isEscape = true;
            }
            else if (c is '"' or '\'' or '\\')
            {
                result.Append(c);
                isEscape = false;
            }
            else if (c == '#')
            {
                if (isBeforeSpace)
                {
                    break;
                }

                result.Append(c);
            }
            else
            {
                result.Append(c);
                isBeforeSpace = c is ' ' or (>= '\t' and <= '\r');
                isEscape = false;
            }
        }

        return isSingle || isDouble || isEscape ? null : result.ToString().Trim([' ', '\t', '\r', '\n']);
    }
}
