using System.Globalization;
using CsCheck;
using SlaveAgent.Settings;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Settings;

public sealed class DurationsTests
{
    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("30s", 30)]
    [InlineData("1.5s", 1.5)]
    [InlineData("0s", 0)]
    [InlineData("5m", 300)]
    [InlineData("5min", 300)]
    [InlineData("1h", 3600)]
    [InlineData("2d", 172800)]
    [InlineData("2 d", 172800)]
    [InlineData("366d", 366 * 86400)]
    public void A_number_with_a_unit_is_a_duration(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), Durations.TryParse(text));

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("+5s")]
    [InlineData("5 years")]
    [InlineData("5S")]
    [InlineData("1.2.3s")]
    [InlineData(".s")]
    [InlineData("1,5s")]
    [InlineData("1e3s")]
    [InlineData("367d")]
    [InlineData("99999999999999999999999999h")]
    [InlineData("NaNs")]
    public void Anything_else_is_none(string text) => Assert.Null(Durations.TryParse(text));

    [Fact]
    public void Every_whole_number_of_a_unit_is_itself() => Gen.Select(Gen.Int[0, 366 * 24], Gen.OneOf(("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)))
        .Sample((number, unit) => Durations.TryParse(number.ToString(CultureInfo.InvariantCulture) + unit.Item1) is { } duration
            && Math.Abs(duration.TotalSeconds - (number * unit.Item2)) < 0.0001);

    [Fact]
    public void No_text_makes_reading_fail_or_gives_a_negative_or_endless_duration() => Gen.OneOf(Gen.String, Gen.Char["0123456789. msdhin-+eE"].Array[0, 30].Select(c => new string(c)))
        .Sample(text => Durations.TryParse(text) is not { } duration || (duration >= TimeSpan.Zero && duration <= TimeSpan.FromDays(366)));
}
