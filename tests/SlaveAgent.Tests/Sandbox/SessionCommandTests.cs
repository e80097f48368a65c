using System.Globalization;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Sandbox.Serving;

namespace SlaveAgent.Tests.Sandbox;

public sealed class SessionCommandTests
{
    [Theory]
    [InlineData("grow", 1)]
    [InlineData("  grow   2 ", 2)]
    [InlineData("SHRINK 3", 3)]
    [InlineData("grow 99999999999", int.MaxValue)]
    public void A_count_is_read_whatever_its_size(string line, int count) => Assert.Equal(count, SessionCommand.Parse(line)!.Count);

    [Theory]
    [InlineData("outage 20", OutageMode.Stopped, 20)]
    [InlineData("outage 0.5 slow", OutageMode.Slow, 0.5)]
    [InlineData("outage 3 status:503", OutageMode.Status, 3)]
    [InlineData("outage 0", OutageMode.Stopped, 0)]
    public void An_outage_has_a_length_and_a_way_to_fail(string line, OutageMode mode, double seconds)
    {
        var command = SessionCommand.Parse(line)!;
        Assert.Equal((mode, TimeSpan.FromSeconds(seconds)), (command.Outage.Mode, command.Length));
    }

    [Theory]
    [InlineData("grow 0")]
    [InlineData("grow -1")]
    [InlineData("grow 1.5")]
    [InlineData("grow 1 2")]
    [InlineData("lose 1")]
    [InlineData("outage")]
    [InlineData("outage abc")]
    [InlineData("outage NaN")]
    [InlineData("outage 1e9")]
    [InlineData("outage 10 loudly")]
    [InlineData("outage 10 status:9999")]
    [InlineData("cut 0")]
    [InlineData("cut 99999")]
    [InlineData("\u001b[A")]
    public void What_is_no_command_has_a_reason(string line) => Assert.NotEmpty(Assert.Throws<FormatException>(() => SessionCommand.Parse(line)).Message);

    [Theory]
    [InlineData("\u001b]0;title\u0007")]
    [InlineData("grow \u001b[A")]
    [InlineData("outage 10 \u202e")]
    public void What_a_terminal_would_obey_is_not_in_the_reason(string line)
    {
        var reason = Assert.Throws<FormatException>(() => SessionCommand.Parse(line)).Message;
        Assert.DoesNotContain(reason, letter => char.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.Format);
    }

    [Theory]
    [InlineData("QUIT")]
    [InlineData(" Exit ")]
    [InlineData("q")]
    public void The_end_is_asked_for_in_any_case(string line) => Assert.Equal(SessionVerb.Quit, SessionCommand.Parse(line)!.Verb);

    [Theory]
    [InlineData("")]
    [InlineData(" \t ")]
    public void An_empty_line_asks_for_nothing(string line) => Assert.Null(SessionCommand.Parse(line));
}
