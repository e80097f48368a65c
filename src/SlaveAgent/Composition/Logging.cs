using Serilog;
using Serilog.Core;
using Serilog.Events;
using SlaveAgent.Hosting;
using SlaveAgent.Settings;

namespace SlaveAgent.Composition;

/// <summary>Where messages go: lines with a priority where systemd listens, plain lines with the time elsewhere.</summary>
internal static class Logging
{
    private const string Plain = "{Timestamp:HH:mm:ss} {Level:u4} {Message:lj}{NewLine}{Exception}";

    public static Logger Create(LogLevel level) => Create(SwitchOf(level));

    /// <param name="level">May be moved while the logger is at work.</param>
    public static Logger Create(LoggingLevelSwitch level)
    {
        var configuration = new LoggerConfiguration().MinimumLevel.ControlledBy(level);
        return (IsUnderSystemd
            ? configuration.WriteTo.Console(new JournalFormatter(), standardErrorFromLevel: LogEventLevel.Verbose)
            : configuration.WriteTo.Console(outputTemplate: Plain, standardErrorFromLevel: LogEventLevel.Verbose)).CreateLogger();
    }

    public static LoggingLevelSwitch SwitchOf(LogLevel level) => new(Of(level));

    public static LogEventLevel Of(LogLevel level) => level switch
    {
        LogLevel.Debug => LogEventLevel.Debug,
        LogLevel.Warning => LogEventLevel.Warning,
        LogLevel.Error => LogEventLevel.Error,
        _ => LogEventLevel.Information,
    };

    /// <summary>systemd tells what it started that its output goes to the journal (systemd.exec(5)).</summary>
    public static bool IsUnderSystemd => Environment.GetEnvironmentVariable("JOURNAL_STREAM") is { Length: > 0 };
}
