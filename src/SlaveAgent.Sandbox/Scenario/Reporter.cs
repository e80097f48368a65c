using System.Diagnostics;
using System.Globalization;

namespace SlaveAgent.Sandbox.Scenario;

/// <summary>Prints one line per step: its measured time and what was verified.</summary>
internal sealed class Reporter(TextWriter output)
{
    private const int TitleWidth = 46;

    private readonly Stopwatch _whole = Stopwatch.StartNew();

    public int Verified { get; private set; }

    public TimeSpan Elapsed => _whole.Elapsed;

    public void WriteLine(string text) => output.WriteLine(text);

    /// <summary>Runs a step, which returns what was verified. Its time counts from the start, or from <see cref="ScenarioStep.StartTiming"/>.</summary>
    public async Task StepAsync(string title, Func<ScenarioStep, Task<string>> run)
    {
        var step = new ScenarioStep();
        string verified;
        try
        {
            verified = await run(step);
        }
        catch (ScenarioFailure failure)
        {
            output.WriteLine($"  [FAILED] {title}: {failure.Message}");
            throw;
        }
        Verified++;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {Verified,2}. {title.PadRight(TitleWidth)} {step.Time.TotalSeconds,6:0.00} s   {verified}"));
    }
}
