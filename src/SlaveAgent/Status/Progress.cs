using System.Globalization;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Status;

/// <summary>Tells a person how bootstrap goes on: a line for each condition that changes, with the time since the last.</summary>
internal sealed class Progress(TextWriter output, TimeProvider time)
{
    private const int NameWidth = 21;

    private readonly long _begun = time.GetTimestamp();
    private long _last = time.GetTimestamp();

    public void Begin(string message) => output.WriteLine(message);

    public void Add(string message) => output.WriteLine($"  {message}");

    public void Note(Condition condition)
    {
        var mark = condition.Status == ConditionStatus.True ? "yes" : "not yet";
        var reason = condition.Reason is Reasons.AsDesired or Reasons.Changed or Reasons.NotApplicable ? string.Empty : $" ({condition.Reason})";
        output.WriteLine($"  {condition.Type.PadRight(NameWidth)} {mark,-8} {Seconds(time.GetElapsedTime(_last)),7}  {condition.Message}{reason}");
        _last = time.GetTimestamp();
    }

    public void End(string message) => output.WriteLine($"{message} ({Seconds(time.GetElapsedTime(_begun))})");

    /// <summary>The message with a capital in front and one full stop behind, whatever a tool's own message ended with.</summary>
    public static string Sentence(string message) =>
        message.TrimEnd('.', ' ') is { Length: > 0 } trimmed ? $"{char.ToUpperInvariant(trimmed[0])}{trimmed[1..]}." : message;

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture)} s";
}
