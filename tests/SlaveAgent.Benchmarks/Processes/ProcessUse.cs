using System.Globalization;
using System.Runtime.InteropServices;

namespace SlaveAgent.Benchmarks.Processes;

/// <summary>What a process has used so far, as the kernel counts it.</summary>
/// <param name="Cpu">Milliseconds on a CPU, of all its threads, those too that have ended (clock_getcpuclockid(3); utime counts ticks of 10 ms).</param>
/// <param name="Switches">Context switches of the threads that live; only to be compared within less than the 20 s after which idle workers end.</param>
/// <param name="Resident">VmRSS in MB.</param>
/// <param name="Reaped">Page faults of children that it waited for: more than before when it started a process.</param>
internal sealed partial record ProcessUse(double Cpu, long Switches, double Resident, long Reaped)
{
    public static ProcessUse Of(int pid)
    {
        long switches = 0;
        foreach (var thread in Directory.GetDirectories($"/proc/{pid}/task"))
        {
            try
            {
                switches += File.ReadLines($"{thread}/status").Where(line => line.Contains("ctxt_switches", StringComparison.Ordinal))
                    .Sum(line => long.Parse(line.Split('\t')[1], CultureInfo.InvariantCulture));
            }
            catch (Exception e) when (e is IOException)
            {
                // The thread ended meanwhile.
            }
        }

        return new ProcessUse(CpuOf(pid), switches, ResidentOf(pid), ReapedBy(pid));
    }

    public static double ResidentOf(int pid) => MemoryOf(pid, "VmRSS");

    /// <summary>What of the resident memory is no file's.</summary>
    public static double AnonymousOf(int pid) => MemoryOf(pid, "RssAnon");

    private static double MemoryOf(int pid, string kind) => File.ReadLines($"/proc/{pid}/status")
        .Where(line => line.StartsWith(kind, StringComparison.Ordinal))
        .Select(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024).Single();

    /// <summary>CPU of the children this process waited for, in milliseconds; in steps of 10.</summary>
    public static double CpuOfChildren()
    {
        var fields = Fields(Environment.ProcessId);
        return (long.Parse(fields[13], CultureInfo.InvariantCulture) + long.Parse(fields[14], CultureInfo.InvariantCulture)) * 10;
    }

    private static double CpuOf(int pid) =>
        CpuClock(pid, out var clock) == 0 && ReadClock(clock, out var time) == 0
            ? (time.Seconds * 1e3) + (time.Nanoseconds / 1e6)
            : throw new IOException($"the CPU clock of process {pid} cannot be read");

    [LibraryImport("libc.so.6", EntryPoint = "clock_getcpuclockid")]
    private static partial int CpuClock(int pid, out int clock);

    [LibraryImport("libc.so.6", EntryPoint = "clock_gettime")]
    private static partial int ReadClock(int clock, out Timespec time);

    private static long ReapedBy(int pid) => long.Parse(Fields(pid)[8], CultureInfo.InvariantCulture);

    // Counted from the state, which follows the name in brackets (proc(5)).
    private static string[] Fields(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private record struct Timespec(long Seconds, long Nanoseconds);
}
