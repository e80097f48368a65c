using System.Globalization;
using CsCheck;
using SlaveAgent.Chmpx;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Chmpx;

public sealed class StatusTimeTests
{
    [Theory]
    [InlineData(30121094703307686, "2026-11-22T14:19:10.613286Z")]
    [InlineData(1795357150, "2026-11-22T14:19:10Z")]
    public void A_number_is_the_moment_that_was_recorded(long number, string moment) =>
        Assert.Equal(DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture), StatusTime.Decode(number));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void What_is_no_time_is_none(long number) => Assert.Null(StatusTime.Decode(number));

    [Fact]
    public void Every_moment_comes_back_to_the_microsecond() =>
        Gen.Select(Gen.Long[1_000_000_000, 250_000_000_000], Gen.Int[0, 999_999]).Sample((seconds, microseconds) =>
            Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(seconds).AddMicroseconds(microseconds), StatusTime.Decode((seconds << 24) | (long)microseconds)));

    [Fact]
    public void No_number_makes_decoding_fail() => Gen.Long.Sample(number => _ = StatusTime.Decode(number));
}
