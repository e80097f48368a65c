using CsCheck;
using SlaveAgent.K2hr3;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.K2hr3;

public sealed class RoleTokenTests
{
    private static readonly Gen<string> Token = Gen.Char["0123456789abcdef"].Array[64].Select(c => new string(c));

    [Fact]
    public void A_token_never_prints_itself() => Token.Sample(text =>
    {
        var token = RoleToken.TryParse(text)!;
        return $"{token} {token:x} {string.Concat(token)}".IndexOf(text, StringComparison.Ordinal) < 0;
    });

    [Fact]
    public void In_its_place_stands_that_it_is_hidden() => Assert.Equal("(hidden)", $"{RoleToken.TryParse("abc")}");

    [Fact]
    public void No_text_holds_the_token_once_it_is_redacted() => Gen.Select(Token, Gen.String.Array[1, 5]).Sample((text, around) =>
    {
        var redacted = RoleToken.TryParse(text)!.Redact(string.Join(text, around));
        return !redacted.Contains(text, StringComparison.Ordinal) && (around.Length == 1 ? redacted == around[0] : redacted.Contains("(hidden)", StringComparison.Ordinal));
    });

    [Theory]
    [InlineData("abc\n", "abc")]
    [InlineData("  abc\r\n", "abc")]
    [InlineData("gAAAA=_-+/.", "gAAAA=_-+/.")]
    public void The_blanks_around_it_in_a_file_are_no_part_of_it(string text, string value) => Assert.Equal(value, RoleToken.TryParse(text)?.Value);

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    [InlineData("a b")]
    [InlineData("a\nb")]
    [InlineData("a\r\nx-evil: 1")]
    [InlineData("a\0b")]
    [InlineData("tokén")]
    [InlineData("a\u007fb")]
    public void What_no_header_may_carry_is_no_token(string text) => Assert.Null(RoleToken.TryParse(text));

    [Fact]
    public void A_file_that_is_far_too_long_is_no_token()
    {
        Assert.NotNull(RoleToken.TryParse(new string('a', 4096)));
        Assert.Null(RoleToken.TryParse(new string('a', 4097)));
    }
}
