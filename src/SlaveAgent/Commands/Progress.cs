using System.Globalization;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Commands;

/// <summary>Tells a person how bootstrap goes on: a line a step when it is done, with the time since the last, and one for what is waited for.</summary>
internal sealed class Progress(TextWriter output, TimeProvider time)
{
    private const int NameWidth = 20;

    private readonly Dictionary<ControllerKinds, string> _said = [];
    private readonly long _begun = time.GetTimestamp();
    private long _last = time.GetTimestamp();

    public void Begin(string words) => output.WriteLine(words);

    public void Say(string words) => output.WriteLine($"  {words}");

    public void Hear(IController step, Outcome outcome)
    {
        var mark = outcome switch
        {
            Outcome.Changed => "changed",
            Outcome.Unchanged => "ok",
            Outcome.NothingToDo => "nothing",
            Outcome.Waiting => "waiting",
            _ => "failed",
        };
        var line = $"{mark}|{outcome.Message}";
        if (_said.GetValueOrDefault(step.Kind) == line)
        {
            return;
        }

        _said[step.Kind] = line;
        output.WriteLine($"  {step.Name.PadRight(NameWidth)} {mark,-8} {Seconds(time.GetElapsedTime(_last)),7}  {outcome.Message}");
        _last = time.GetTimestamp();
    }

    public void End(string words) => output.WriteLine($"{words} ({Seconds(time.GetElapsedTime(_begun))})");

    /// <summary>The words with a capital in front and one full stop behind, whatever a tool's own message ended with.</summary>
    public static string Sentence(string words) =>
        words.TrimEnd('.', ' ') is { Length: > 0 } trimmed ? $"{char.ToUpperInvariant(trimmed[0])}{trimmed[1..]}." : words;

    private static string Seconds(TimeSpan time) => $"{time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture)} s";
}
