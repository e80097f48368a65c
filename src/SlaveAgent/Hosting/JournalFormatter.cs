using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;

namespace SlaveAgent.Hosting;

/// <summary>
/// One line an event, with the priority in front that journald takes from a service's output (sd-daemon(3)); newlines are folded,
/// and a line ends well before the 48 KB at which journald cuts (Hosting/README.md, "systemd").
/// </summary>
public sealed class JournalFormatter : ITextFormatter
{
    private const int LongestLine = 8000;

    /// <summary>Texts as they are, without the quotes that Serilog's own rendering puts around them.</summary>
    private static readonly MessageTemplateTextFormatter Message = new("{Message:l}");

    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write(PriorityOf(logEvent.Level));
        using var rendered = new StringWriter();
        Message.Format(logEvent, rendered);
        var text = rendered.ToString();
        if (logEvent.Exception is { } exception)
        {
            text = $"{text} | {exception}";
        }

        output.Write(text.Length > LongestLine ? Fold(text[..LongestLine]) + "…" : Fold(text));
        output.Write('\n');
    }

    // journald ends a line at a NUL too, and would take what follows for one with a priority of its own.
    private static string Fold(string text) => text.ReplaceLineEndings(" | ").Replace('\0', ' ');

    private static string PriorityOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => "<2>",
        LogEventLevel.Error => "<3>",
        LogEventLevel.Warning => "<4>",
        LogEventLevel.Information => "<6>",
        _ => "<7>",
    };
}
