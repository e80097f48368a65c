using System.Text;
using CsCheck;
using Serilog.Events;
using Serilog.Parsing;
using SlaveAgent.Hosting;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Hosting;

public sealed class JournalFormatterTests
{
    [Theory]
    [InlineData(LogEventLevel.Verbose, "<7>words\n")]
    [InlineData(LogEventLevel.Debug, "<7>words\n")]
    [InlineData(LogEventLevel.Information, "<6>words\n")]
    [InlineData(LogEventLevel.Warning, "<4>words\n")]
    [InlineData(LogEventLevel.Error, "<3>words\n")]
    [InlineData(LogEventLevel.Fatal, "<2>words\n")]
    public void An_event_is_a_line_with_its_priority(LogEventLevel level, string line) => Assert.Equal(line, Format(level, "words"));

    [Fact]
    public void An_exception_is_folded_into_its_events_line()
    {
        var line = Format(LogEventLevel.Error, "words", new InvalidOperationException("first\nsecond"));
        Assert.StartsWith("<3>words | System.InvalidOperationException: first | second", line, StringComparison.Ordinal);
        Assert.Single(line, c => c == '\n');
    }

    [Fact]
    public void Whatever_is_said_is_one_line_that_journald_does_not_cut() => Gen.OneOf(Gen.String, Gen.OneOf("\n", "\r", "\0", "é", "日", "\ud83d\ude00", "<0>", "a").Array[0, 20_000].Select(string.Concat)).Sample(
        text =>
        {
            var line = Format(LogEventLevel.Information, text);
            return line.IndexOf('\n', StringComparison.Ordinal) == line.Length - 1
                && !line.Contains('\0', StringComparison.Ordinal)
                && Encoding.UTF8.GetByteCount(line) < 48 * 1024;
        },
        iter: 300);

    private static string Format(LogEventLevel level, string text, Exception? exception = null)
    {
        var writer = new StringWriter();
        var template = new MessageTemplateParser().Parse("{Message:l}");
        new JournalFormatter().Format(new LogEvent(DateTimeOffset.UnixEpoch, level, exception, template, [new LogEventProperty("Message", new ScalarValue(text))]), writer);
        return writer.ToString();
    }
}
