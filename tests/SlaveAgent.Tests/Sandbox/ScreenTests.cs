using SlaveAgent.Sandbox.Scenario;

namespace SlaveAgent.Tests.Sandbox;

public sealed class ScreenTests
{
    private const string Erase = "\r\u001b[K";

    [Fact]
    public void The_prompt_is_back_after_what_was_asked_for_on_the_page()
    {
        using var output = new StringWriter();
        var screen = new Screen(output, isTerminal: true);
        screen.ShowPrompt("> ");
        screen.SetBusy(true);
        screen.ShowProgress("... waiting");
        screen.ShowProgress("");
        screen.WriteLine("done");
        Assert.DoesNotContain("> ", output.ToString().Split(Erase)[^1], StringComparison.Ordinal);
        screen.SetBusy(false);
        Assert.EndsWith("done\n> ", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b", 0)]
    [InlineData("{0} and what comes after it", 0)]
    [InlineData("before {0} after", 6)]
    [InlineData("  {0}", 0)]
    public void Only_a_word_that_is_too_long_is_longer_than_a_line(string text, int indent)
    {
        using var output = new StringWriter();
        new Screen(output, isTerminal: false).WriteLine(string.Format(null, text, new string('x', 100)) + string.Concat(Enumerable.Repeat(" word", 40)), indent);
        Assert.DoesNotContain(output.ToString().Split('\n'), line => line.Length > Screen.Columns && line.Trim().Contains(' ', StringComparison.Ordinal));
    }
}
