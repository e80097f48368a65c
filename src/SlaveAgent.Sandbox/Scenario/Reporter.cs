using System.Diagnostics;
using System.Globalization;
using SlaveAgent.Sandbox.Viewing;

namespace SlaveAgent.Sandbox.Scenario;

/// <summary>Says what happens: on the screen, and to whoever watches the feed. A step has its measured time and what was verified.</summary>
internal sealed class Reporter(Screen screen, Feed feed)
{
    private const int TitleWidth = 66;
    private const int Indent = 6;

    private readonly Stopwatch _whole = Stopwatch.StartNew();

    public int Verified { get; private set; }

    public TimeSpan Elapsed => _whole.Elapsed;

    public void WriteLine(string text) => screen.WriteLine(text);

    /// <summary>Something happened outside of a step.</summary>
    public void Note(EntryKind kind, string text)
    {
        screen.WriteLine(text, Indent);
        feed.Add(kind, text);
    }

    /// <param name="command">What is under way, until which ends no other can begin; null: it has ended.</param>
    public void Begin(string? command)
    {
        feed.Begin(command);
        screen.SetBusy(command is not null);
    }

    /// <summary>What is being waited for at the moment.</summary>
    public void Progress(string text)
    {
        screen.ShowProgress($"      ... {text.Split('\n')[0]}");
        feed.Progress(text.Split('\n')[0]);
    }

    /// <summary>Runs a step, which returns what was verified. Its time counts from the start, or from <see cref="ScenarioStep.StartTiming"/>.</summary>
    public async Task StepAsync(string title, Func<ScenarioStep, Task<string>> run)
    {
        var step = new ScenarioStep();
        string verified;
        Progress(title);
        try
        {
            verified = await run(step);
        }
        catch (ScenarioFailure failure)
        {
            EndProgress();
            screen.WriteLine($"  [FAILED] {title}");
            screen.WriteLine(failure.Message, Indent);
            feed.Add(EntryKind.Problem, $"Failed: {title}: {failure.Message}");
            throw;
        }
        finally
        {
            EndProgress();
        }
        Verified++;
        var time = step.Time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);
        screen.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {Verified,2}. {title.PadRight(TitleWidth)}{time,6} s"));
        screen.WriteLine(verified, Indent);
        feed.Add(EntryKind.Step, $"{char.ToUpperInvariant(title[0])}{title[1..]}: {verified} ({time} s)");
    }

    private void EndProgress()
    {
        screen.ShowProgress("");
        feed.Progress(null);
    }
}
