using SlaveAgent.Files;

namespace SlaveAgent.Commands;

/// <summary>Keeps the role token, which is in this process's memory, out of core files.</summary>
internal static class Memory
{
    public static void KeepOutOfCoreFiles()
    {
        // Also systemd-coredump and apport, which take cores over a pipe, heed the limit.
        var none = default(Posix.Limit);
        _ = Posix.SetLimit(Posix.CoreLimit, in none);
        if (Posix.EffectiveUser() == 0)
        {
            // Only root's: another user's agent is a trial, which that user may inspect.
            _ = Posix.Control(Posix.SetDumpable, 0, 0, 0, 0);
        }
    }
}
