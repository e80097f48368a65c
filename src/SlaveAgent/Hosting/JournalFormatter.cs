using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Display;
using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>
/// One line per event, prefixed with the priority that journald reads from a service's output (sd-daemon(3)); line breaks are folded,
/// and lines are far shorter than the 48 KB at which journald splits them (Hosting/README.md, "systemd").
/// </summary>
public sealed class JournalFormatter : ITextFormatter
{
    private const int MaxLineLength = 8000;

    /// <summary>Strings without the quotes that Serilog's default rendering adds.</summary>
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

        output.Write(text.Length > MaxLineLength ? Fold(text[..MaxLineLength]) + "…" : Fold(text));
        output.Write('\n');
    }

    // journald also ends a line at a NUL, and would read a priority from the rest; what a terminal interprets would reach it by journalctl.
    private static string Fold(string text) => Printable.OnOneLine(text.ReplaceLineEndings(" | "));

    private static string PriorityOf(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => "<2>",
        LogEventLevel.Error => "<3>",
        LogEventLevel.Warning => "<4>",
        LogEventLevel.Information => "<6>",
        _ => "<7>",
    };
}
