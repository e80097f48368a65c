using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using SlaveAgent.Sandbox.Systemd;

namespace SlaveAgent.Benchmarks.Processes;

/// <summary>Counts system calls with strace, where that is installed and allowed.</summary>
internal static class Tracer
{
    private static readonly string[] Starts = ["fork", "vfork", "clone", "clone3", "execve"];

    /// <returns>System calls and started processes a second; null where there is no strace.</returns>
    public static async Task<(double Calls, double Starts)?> CountAsync(int pid, TimeSpan length)
    {
        var file = Path.GetTempFileName();
        try
        {
            using var strace = Process.Start(new ProcessStartInfo("strace", ["-f", "-qq", "-o", file, "-p", pid.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true })!;
            await Task.Delay(length);
            ProcessSignal.Send(strace.Id, "SIGINT");
            await strace.WaitForExitAsync();
            // A call that another thread's interrupted is there twice; what was under way at the start is no new one.
            var calls = File.ReadLines(file).Select(line => line.TrimStart("0123456789 ".ToCharArray()))
                .Where(line => line.Length > 0 && char.IsAsciiLetterLower(line[0]) && !line.StartsWith("restart_syscall", StringComparison.Ordinal)).ToList();
            return calls.Count == 0 ? null : (calls.Count / length.TotalSeconds, calls.Count(IsStart) / length.TotalSeconds);
        }
        catch (Win32Exception)
        {
            return null;
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Processes that a command starts, itself included; null where there is no strace.</summary>
    public static async Task<int?> CountStartsAsync(string command, string root)
    {
        var file = Path.GetTempFileName();
        try
        {
            using var strace = Process.Start(new ProcessStartInfo("strace", ["-f", "-qq", "-e", "trace=fork,vfork,clone,clone3", "-o", file, "/bin/sh", "-c", command])
            {
                Environment = { ["SANDBOX_ROOT"] = root },
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            await Task.WhenAll(strace.StandardOutput.ReadToEndAsync(), strace.StandardError.ReadToEndAsync(), strace.WaitForExitAsync());
            return File.ReadLines(file).Count(line => line.Contains("= ", StringComparison.Ordinal) && !line.Contains("CLONE_THREAD", StringComparison.Ordinal) && !line.Contains("+++", StringComparison.Ordinal) && !line.Contains("---", StringComparison.Ordinal));
        }
        catch (Win32Exception)
        {
            return null;
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static bool IsStart(string line) =>
        Starts.Any(call => line.StartsWith(call + "(", StringComparison.Ordinal)) && !line.Contains("CLONE_THREAD", StringComparison.Ordinal);
}
