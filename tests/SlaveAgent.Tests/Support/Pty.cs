using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace SlaveAgent.Tests.Support;

/// <summary>A program on a terminal of the test's own, of which it is the session's first process: keys, sizes and the terminal's end reach it as from a person's.</summary>
internal sealed partial class Pty : IAsyncDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);

    private readonly int _terminal;
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Lock _gate = new();
    private volatile bool _isClosed;

    private Pty(int terminal, Process process)
    {
        (_terminal, _process) = (terminal, process);
        new Thread(Read) { IsBackground = true }.Start();
    }

    /// <summary>All that the program has written so far, with what it orders the terminal to do.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <param name="environment">Of which a null takes a variable away.</param>
    public static Pty Start(int columns, int rows, IReadOnlyDictionary<string, string?> environment, params string[] command)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/setsid"), "setsid is not installed (util-linux)");
        const int ReadWrite = 2, NoControllingTerminal = 0x100, NonBlocking = 0x800, CloseOnExec = 0x80000;
        var terminal = OpenTerminal(ReadWrite | NoControllingTerminal | NonBlocking | CloseOnExec);
        Assert.True(terminal >= 0 && Grant(terminal) == 0 && Unlock(terminal) == 0, "there is no terminal to be had");
        var name = Marshal.PtrToStringAnsi(NameOf(terminal))!;
        Resize(terminal, columns, rows);
        var start = new ProcessStartInfo("/bin/sh", ["-c", "terminal=$1; shift; exec setsid --ctty env --default-signal=HUP,INT,QUIT \"$@\" <\"$terminal\" >\"$terminal\" 2>&1", "sh", name, .. command]);
        foreach (var (variable, value) in environment)
        {
            start.Environment[variable] = value;
        }

        return new Pty(terminal, Process.Start(start)!);
    }

    public void Type(string keys)
    {
        var bytes = Encoding.UTF8.GetBytes(keys);
        Assert.Equal(bytes.Length, Write(_terminal, bytes, bytes.Length));
    }

    public void Resize(int columns, int rows) => Resize(_terminal, columns, rows);

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-s", name, $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>As when a person closes the window.</summary>
    public void Close()
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                _isClosed = true;
                _ = CloseTerminal(_terminal);
            }
        }
    }

    public Task UntilAsync(Func<string, bool> isSo, string what) => Eventually.IsTrueAsync(() => Task.FromResult(isSo(Output)), what, () => Output);

    public async Task<int> ExitCodeAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Timeout);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        Close();
        _process.Dispose();
    }

    private static void Resize(int terminal, int columns, int rows)
    {
        const nuint SetSize = 0x5414;
        Assert.Equal(0, Control(terminal, SetSize, new Size { Rows = (ushort)rows, Columns = (ushort)columns }));
    }

    // Without blocking: a read that is under way would keep a terminal open that the test closes.
    private void Read()
    {
        var bytes = new byte[8192];
        var text = new char[8192];
        var decoder = Encoding.UTF8.GetDecoder();
        while (!_isClosed)
        {
            nint count;
            lock (_gate)
            {
                count = _isClosed ? 0 : Read(_terminal, bytes, bytes.Length);
            }

            if (count > 0)
            {
                lock (_output)
                {
                    _output.Append(text, 0, decoder.GetChars(bytes.AsSpan(0, (int)count), text, flush: false));
                }
            }
            else
            {
                Thread.Sleep(5);
            }
        }
    }

    private struct Size
    {
        public ushort Rows, Columns, Width, Height;
    }

    [LibraryImport("libc.so.6", EntryPoint = "posix_openpt", SetLastError = true)]
    private static partial int OpenTerminal(int flags);

    [LibraryImport("libc.so.6", EntryPoint = "grantpt")]
    private static partial int Grant(int terminal);

    [LibraryImport("libc.so.6", EntryPoint = "unlockpt")]
    private static partial int Unlock(int terminal);

    [LibraryImport("libc.so.6", EntryPoint = "ptsname")]
    private static partial nint NameOf(int terminal);

    [LibraryImport("libc.so.6", EntryPoint = "ioctl")]
    private static partial int Control(int terminal, nuint request, in Size size);

    [LibraryImport("libc.so.6", EntryPoint = "read")]
    private static partial nint Read(int terminal, [Out] byte[] data, nint size);

    [LibraryImport("libc.so.6", EntryPoint = "write")]
    private static partial nint Write(int terminal, byte[] data, nint size);

    [LibraryImport("libc.so.6", EntryPoint = "close")]
    private static partial int CloseTerminal(int terminal);
}
