using System.Runtime.InteropServices;
using SlaveAgent.Files;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>The terminal's second screen, which leaves what stood on the first in place. Disposing it gives the first and the cursor back.</summary>
internal sealed class TerminalScreen : IDisposable
{
    // Without wrapping, so that a character that takes two columns moves no other line.
    private const string Enter = "\e[?1049h\e[?25l\e[?7l";

    // With the keypad as it was: .NET changes it when it is asked for the size.
    private const string Leave = "\e[?1l\e>\e[?7h\e[?25h\e[?1049l";

    private readonly bool _hasColours = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    private readonly Lock _gate = new();
    private PosixSignalRegistration _stops;
    private (string Frame, int Width, int Height) _shown;

    public TerminalScreen()
    {
        StandardOutput.TryWrite(Enter);
        _stops = PosixSignalRegistration.Create(PosixSignal.SIGTSTP, Stop);
    }

    /// <summary>Whether standard output is a terminal that can move its cursor.</summary>
    public static bool IsWanted => !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";

    /// <summary>In the size that the terminal has by now.</summary>
    /// <returns>False: the terminal is gone.</returns>
    public bool TryShow(StatusText text)
    {
        var (width, height) = (Console.WindowWidth, Console.WindowHeight);
        var rows = StatusScreen.Fit(text, width > 0 ? width : 80, height > 0 ? height : 24).Select(line => $"{Coloured(line)}\e[K");
        var next = ($"\e[H{string.Join("\r\n", rows)}\e[J", width, height);
        lock (_gate)
        {
            if (next == _shown)
            {
                return true;
            }

            _shown = next;
            return StandardOutput.TryWrite(_shown.Frame);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stops.Dispose();
            StandardOutput.TryWrite(Leave);
        }
    }

    /// <summary>Between Ctrl-Z and fg the terminal is the shell's. .NET does not stop a process whose signal was handled.</summary>
    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        lock (_gate)
        {
            StandardOutput.TryWrite(Leave);

            // By default the kernel stops the process here, until fg; not where no shell could have it go on.
            _stops.Dispose();
            _ = Posix.Raise(Posix.TerminalStop);
            _stops = PosixSignalRegistration.Create(PosixSignal.SIGTSTP, Stop);
            StandardOutput.TryWrite(Enter);
            _shown = default;
        }
    }

    private string Coloured(StatusLine line) => _hasColours && line.Tone switch
    {
        StatusTone.Good => "32",
        StatusTone.Warning => "33",
        StatusTone.Bad => "31",
        _ => null,
    } is { } colour ? $"\e[{colour}m{line.Text}\e[0m" : line.Text;
}
