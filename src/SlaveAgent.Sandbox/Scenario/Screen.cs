namespace SlaveAgent.Sandbox.Scenario;

/// <summary>
/// What the sandbox prints: whole lines of at most <see cref="Columns"/> columns and, on a terminal, below them one line that changes: the prompt, or
/// what is being waited for. Once the terminal is closed, what is printed is lost, which is no error.
/// </summary>
/// <param name="isTerminal">False: nothing is printed but whole lines.</param>
internal sealed class Screen(TextWriter output, bool isTerminal)
{
    public const int Columns = 80;

    private const string EraseLine = "\r\u001b[K";

    private readonly Lock _gate = new();
    private string _prompt = "";
    private string _progress = "";
    private bool _isBusy;
    private string _bottom = "";

    /// <summary>Prints whole lines, each of which is broken between words where it is too long.</summary>
    /// <param name="indent">Columns that stay empty in front of each line.</param>
    public void WriteLine(string text, int indent = 0)
    {
        var lines = text.Split('\n').SelectMany(line => Wrap(line, Columns - indent)).Select(line => (new string(' ', indent) + line).TrimEnd() + "\n");
        lock (_gate)
        {
            Write((_bottom.Length > 0 ? EraseLine : "") + string.Concat(lines) + _bottom);
        }
    }

    /// <summary>A command can be given; shown while nothing is under way.</summary>
    public void ShowPrompt(string text) => Show(() => _prompt = text);

    /// <summary>Shows what is being waited for, in place of the prompt; empty: nothing.</summary>
    public void ShowProgress(string text) => Show(() => _progress = text);

    /// <summary>A change is under way, so that the prompt waits for its end.</summary>
    public void SetBusy(bool isBusy) => Show(() => _isBusy = isBusy);

    /// <summary>A person ended the bottom line with the return key: it stays where it is.</summary>
    public void Entered()
    {
        lock (_gate)
        {
            (_bottom, _prompt) = ("", "");
        }
    }

    private void Show(Action change)
    {
        lock (_gate)
        {
            change();
            var text = _progress.Length > 0 ? _progress : _isBusy ? "" : _prompt;
            // A character less than there are columns, so that the cursor stays in the line.
            var line = text.Length < Columns ? text : text[..(Columns - 4)] + "...";
            if (isTerminal && line != _bottom)
            {
                Write((_bottom.Length > 0 ? EraseLine : "") + line);
                _bottom = line;
            }
        }
    }

    /// <summary>Breaks between words; a word that is longer than a line stays whole, so that it can be copied.</summary>
    private static IEnumerable<string> Wrap(string line, int width)
    {
        while (line.Length > width && Break(line, width) is > 0 and var at)
        {
            yield return line[..at];
            line = line[(at + 1)..];
        }
        yield return line;
    }

    private static int Break(string line, int width)
    {
        var begin = line.Length - line.TrimStart().Length;
        return line.LastIndexOf(' ', width) is var at && at > begin ? at : line.IndexOf(' ', Math.Max(begin, width));
    }

    private void Write(string text)
    {
        try
        {
            output.Write(text);
            output.Flush();
        }
        catch (IOException)
        {
            // The terminal was closed; SIGHUP ends the sandbox.
        }
    }
}
