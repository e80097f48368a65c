using System.Diagnostics;
using System.Globalization;

namespace SlaveAgent.Sandbox.Story;

/// <summary>Prints the story: a line a beat, with its measured time and what was verified.</summary>
internal sealed class Teller(TextWriter output)
{
    private const int TitleWidth = 46;

    private readonly Stopwatch whole = Stopwatch.StartNew();

    public int Told { get; private set; }

    public TimeSpan Elapsed => whole.Elapsed;

    public void Say(string text) => output.WriteLine(text);

    /// <summary>Plays a beat. It answers what was verified; its time counts from the start, or from <see cref="Beat.BeginsNow"/>.</summary>
    public async Task BeatAsync(string title, Func<Beat, Task<string>> play)
    {
        var beat = new Beat();
        string verified;
        try
        {
            verified = await play(beat);
        }
        catch (StoryFailure failure)
        {
            output.WriteLine($"  [FAILED] {title}: {failure.Message}");
            throw new StoryFailure($"{title}: {failure.Message}");
        }
        Told++;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {Told,2}. {title.PadRight(TitleWidth)} {beat.Time.TotalSeconds,6:0.00} s   {verified}"));
    }
}
