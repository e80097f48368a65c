using System.Collections.Concurrent;
using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace SlaveAgent.Tests.Support;

/// <summary>Keeps what was logged.</summary>
internal sealed class ListLog : ILogEventSink
{
    private readonly ConcurrentQueue<string> _lines = new();

    public ListLog() => Logger = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(this).CreateLogger();

    public ILogger Logger { get; }

    public IReadOnlyList<string> Lines => [.. _lines];

    /// <summary>Those that an operator sees.</summary>
    public IReadOnlyList<string> Seen => [.. _lines.Where(line => !line.StartsWith("Debug", StringComparison.Ordinal))];

    public void Emit(LogEvent logEvent) => _lines.Enqueue($"{logEvent.Level} {logEvent.RenderMessage(CultureInfo.InvariantCulture)} {logEvent.Exception}");
}
