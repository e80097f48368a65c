using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using SlaveAgent.Chmpx;
using SlaveAgent.Fuzz.Differential;

namespace SlaveAgent.Tests.Support;

/// <summary>The real chmpx as a process of the test's own: own group, own control port, ended by the SIGHUP that it takes for "end in order".</summary>
internal sealed partial class RealChmpx : IAsyncDisposable
{
    private const int HangUp = 1;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(90);
    private static int _given;

    private readonly Process _process;
    private readonly string _group;
    private readonly int _port;
    private readonly Task<string> _output;

    private RealChmpx(Process process, string group, int port)
    {
        _process = process;
        _group = group;
        _port = port;
        _output = process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>Skips the test, saying why, where the real program cannot run.</summary>
    public static void Require()
    {
        Assert.SkipUnless(Executable is not null, "chmpx is not on the PATH");
        var most = int.TryParse(File.ReadAllText("/proc/sys/fs/mqueue/msg_max"), out var n) ? n : 0;
        Assert.SkipUnless(most >= 1025, $"chmpx needs message queues of 1025: as root, sysctl -w fs.mqueue.msg_max=1025 (now {most})");
    }

    /// <summary>A group and a control port that no other chmpx here has.</summary>
    public static (string Group, int Port) Identity()
    {
        while (true)
        {
            var port = 22000 + (Interlocked.Increment(ref _given) + (Environment.ProcessId * 37)) % 8000;
            using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                probe.Bind(new IPEndPoint(IPAddress.Any, port));
                return ($"unit{Environment.ProcessId}x{port}", port);
            }
            catch (SocketException)
            {
                // Somebody else has it.
            }
        }
    }

    /// <summary>A slave's configuration that the real program starts with here: its servers are closed ports.</summary>
    public static string Slave(string group, int port) => IniGenerator.Good
        .Replace("GROUP = ring", $"GROUP = {group}", StringComparison.Ordinal)
        .Replace($"CTLPORT = {IniGenerator.Port}", $"CTLPORT = {port}", StringComparison.Ordinal);

    public static RealChmpx Start(string file, string group, int port)
    {
        var start = new ProcessStartInfo(Executable!, ["-conf", file, "-d", "err"]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        return new RealChmpx(process, group, port);
    }

    /// <summary>Whether it comes up and answers on its control port, rather than ending.</summary>
    public async Task<bool> ComesUpAsync(CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        while (!_process.HasExited)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Timeout, "chmpx neither ended nor answered");
            if (await AnswersAsync(cancel))
            {
                return true;
            }

            await Task.Delay(20, cancel);
        }

        return false;
    }

    /// <summary>What it shows; on a busy machine it can take longer to answer than the agent waits.</summary>
    public async Task<RingView> ShowAsync(CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await new ControlPort(TimeProvider.System).PollAsync(_port, cancel) is { } view)
            {
                return view;
            }

            Assert.True(Stopwatch.GetElapsedTime(began) < Timeout, "chmpx did not answer");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, HangUp);
        }

        try
        {
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Timeout / 3);
        }
        catch (TimeoutException)
        {
            // Occasionally one that gets the signal while a control port connection closes loops forever in ChmEventSock::ReceiveWorkerProc.
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None).WaitAsync(Timeout);
        }

        await _output;
        _process.Dispose();
        foreach (var left in Directory.EnumerateFiles("/tmp", $"{_group}-*"))
        {
            File.Delete(left);
        }
    }

    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _port), cancel);
            await socket.SendAsync("VERSION\n"u8.ToArray(), cancel);
            return await socket.ReceiveAsync(new byte[64], cancel) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string? Executable { get; } = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(':', StringSplitOptions.RemoveEmptyEntries).Select(directory => Path.Join(directory, "chmpx")).FirstOrDefault(File.Exists);

    [LibraryImport("libc.so.6", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
