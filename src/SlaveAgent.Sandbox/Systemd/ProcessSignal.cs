using System.Runtime.InteropServices;

namespace SlaveAgent.Sandbox.Systemd;

/// <summary>kill(2): .NET itself only sends SIGKILL.</summary>
public static partial class ProcessSignal
{
    /// <summary>Sends a signal by its name. False when there is no such process.</summary>
    public static bool Send(int pid, string signal) => Kill(pid, signal switch
    {
        "SIGHUP" => 1,
        "SIGINT" => 2,
        "SIGQUIT" => 3,
        "SIGKILL" => 9,
        "SIGTERM" => 15,
        "SIGCONT" => 18,
        "SIGSTOP" => 19,
        _ => throw new ArgumentOutOfRangeException(nameof(signal), signal, "unknown signal"),
    }) == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
