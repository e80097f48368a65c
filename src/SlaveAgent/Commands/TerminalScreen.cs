using System.Runtime.InteropServices;
using SlaveAgent.Files;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>The terminal's second screen, which leaves what stood on the first in place. Disposing it gives the first and the cursor back.</summary>
internal sealed class TerminalScreen : IDisposable
{
    // Without wrapping, so that a character that takes two columns moves no other line.
    private const string Enter = "\e[?1049h\e[?25l\e[?7l";
    private const string Leave = "\e[?7h\e[?25h\e[?1049l";

    private readonly bool _hasColours = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    private readonly Lock _gate = new();
    private PosixSignalRegistration _stops;
    private bool _isEntered;

    public TerminalScreen() => _stops = PosixSignalRegistration.Create(PosixSignal.SIGTSTP, Stop);

    /// <summary>Whether standard output is a terminal that can move its cursor.</summary>
    public static bool IsWanted => !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb";

    /// <summary>In the background the terminal is another's: a shell's, or of what the shell runs.</summary>
    private static bool IsInForeground => Posix.TerminalGroup(1) is var group && (group < 0 || group == Posix.ProcessGroup());

    /// <summary>
    /// To be called before anything else of the process uses the console. When a process goes on in the background, .NET sets the terminal's settings again; it means to pass over the SIGTTOU that
    /// this brings, but where another thread takes that signal it tries once more, and is stopped. A thread that blocks it is not sent it (termios(3)), and .NET's inherits that.
    /// </summary>
    public static void GoOnInBackground() => _ = Posix.ChangeSignalMask(Posix.Block, SignalSet.Of(Posix.TerminalOutput), 0);

    /// <summary>In the size that the terminal has by now; in the background not at all. Each time the whole, which takes away what was typed.</summary>
    /// <returns>False: the terminal is gone.</returns>
    public bool TryShow(StatusText text)
    {
        lock (_gate)
        {
            if (!IsInForeground)
            {
                return StandardOutput.IsOpen;
            }

            var (width, height) = Size();
            var frame = FrameOf(StatusScreen.Fit(text, width, height).Lines, height, _hasColours);
            var isShown = StandardOutput.TryWrite(_isEntered ? frame : $"{Enter}{frame}");
            _isEntered = true;
            return isShown;
        }
    }

    /// <summary>
    /// What draws lines from the first row on, and leaves nothing of what stood there. Each row is erased before it is written: without wrapping the cursor stays on the last
    /// column of a full row, and what erases from the cursor on would erase the last character.
    /// </summary>
    /// <param name="height">Of the terminal, in rows; there are no more lines than that.</param>
    internal static string FrameOf(IReadOnlyList<StatusLine> lines, int height, bool hasColours) =>
        $"\e[H{string.Join("\r\n", lines.Select(line => $"\e[K{(hasColours ? Coloured(line) : line.Text)}"))}{(lines.Count < height ? "\r\n\e[J" : string.Empty)}";

    public void Dispose()
    {
        lock (_gate)
        {
            _stops.Dispose();
            GiveBack();
        }
    }

    /// <summary>From Ctrl-Z on the terminal is the shell's. .NET does not stop a process whose signal was handled.</summary>
    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        lock (_gate)
        {
            GiveBack();

            // By default the kernel stops the process here, until fg or bg; not where no shell could have it go on.
            _stops.Dispose();
            _ = Posix.Raise(Posix.TerminalStop);
            _stops = PosixSignalRegistration.Create(PosixSignal.SIGTSTP, Stop);
        }
    }

    private void GiveBack()
    {
        if (_isEntered)
        {
            StandardOutput.TryWrite(Leave);
            _isEntered = false;
        }
    }

    /// <summary>.NET's own changes the terminal's keypad, also in the background.</summary>
    private static (int Width, int Height) Size() =>
        Posix.Control(1, Posix.GetWindowSize, out var size) == 0 && size is { Columns: > 0, Rows: > 0 } ? (size.Columns, size.Rows) : (80, 24);

    private static string Coloured(StatusLine line) => line.Tone switch
    {
        StatusTone.Good => "32",
        StatusTone.Warning => "33",
        StatusTone.Bad => "31",
        _ => null,
    } is { } colour ? $"\e[{colour}m{line.Text}\e[0m" : line.Text;
}
