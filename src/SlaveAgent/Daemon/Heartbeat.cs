using System.Globalization;
using System.Text;
using SlaveAgent.Files;

namespace SlaveAgent.Daemon;

/// <summary>
/// Tells a probe that the daemon's loop goes on, where systemd's watchdog does not ask: by the host's monotonic clock, which no change of the time moves and which
/// containers share.
/// </summary>
internal sealed class Heartbeat(HostRoot root)
{
    /// <summary>A loop that was silent for longer hangs. systemd's watchdog gives it 20 s; a probe, which competes for a container's share of the CPU, three times that.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private long? _at;

    /// <summary>Before the loop of this process begins: another's, also one with the same number before the container was started again, says nothing of it.</summary>
    /// <exception cref="IOException">It could not be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be removed.</exception>
    public static void Forget(HostRoot root) => RegularFile.Delete(root.Agent.Heartbeat);

    /// <summary>Called each second; writes each five, once there is the file into the place it has: a file system that became full holds that up no more.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Write(TimeProvider time)
    {
        if (_at is { } at && time.GetElapsedTime(at) < Interval)
        {
            return;
        }

        var now = ((long)time.GetElapsedTime(0).TotalMilliseconds).ToString("D19", CultureInfo.InvariantCulture);
        if (File.Exists(root.Agent.Heartbeat))
        {
            using var file = new FileStream(root.Agent.Heartbeat, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0 });
            file.Write(Encoding.ASCII.GetBytes(now));
        }
        else
        {
            Directories.MakeOwn(root.Agent.RuntimeDirectory);
            AtomicFile.Write(root.Agent.Heartbeat, now, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, durable: false);
        }

        _at = time.GetTimestamp();
    }

    /// <returns>Why the daemon is taken for dead; null while it is alive. What it waits for, and whether it is connected, does not count.</returns>
    public static string? WhyDead(HostRoot root, TimeProvider time)
    {
        if (FileLock.LivingHolderOf(root.Agent.DaemonLock) is not { } holder)
        {
            return "no agent runs";
        }

        // One that systemd started tells systemd instead.
        if (RegularFile.TryRead(root.Agent.Heartbeat) is not { } text || !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var at))
        {
            return null;
        }

        // A number of the future is of an earlier boot.
        var age = time.GetElapsedTime(0) - TimeSpan.FromMilliseconds(at);
        return age < TimeSpan.Zero || age > Limit ? $"the loop of process {holder} has not gone on for {Limit.TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s" : null;
    }
}
