using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// chmpx's watch: inotify on the file's inode, not on its directory (chmconf.cc: IN_DELETE_SELF, IN_MODIFY, IN_MOVE_SELF).
/// So anything that keeps the old inode alive, such as a hard link or an open handle, prevents it from noticing a rename.
/// </summary>
internal sealed partial class FileWatch : IDisposable
{
    private const uint Modify = 0x2;
    private const uint DeleteSelf = 0x400;
    private const uint MoveSelf = 0x800;
    private const int NonBlockCloseOnExec = 0x80800;
    private const int EventHead = 16;
    private const short PollIn = 1;

    private readonly SafeFileHandle _notifications;
    private readonly int _watch;

    private FileWatch(SafeFileHandle notifications, int watch)
    {
        _notifications = notifications;
        _watch = watch;
    }

    /// <summary>Null when there is no such file.</summary>
    public static FileWatch? TryStart(string path)
    {
        var handle = new SafeFileHandle(Init(NonBlockCloseOnExec), ownsHandle: true);
        var watch = handle.IsInvalid ? -1 : AddWatch((int)handle.DangerousGetHandle(), path, DeleteSelf | Modify | MoveSelf);
        if (watch >= 0)
        {
            return new(handle, watch);
        }
        handle.Dispose();
        return null;
    }

    /// <summary>The events of the inode within the given time.</summary>
    public FileEvents Wait(TimeSpan timeout)
    {
        var descriptor = (int)_notifications.DangerousGetHandle();
        var poll = new PollEntry { Descriptor = descriptor, Events = PollIn };
        if (Poll(ref poll, 1, (int)timeout.TotalMilliseconds) <= 0)
        {
            return FileEvents.None;
        }
        Span<byte> buffer = stackalloc byte[4096];
        var length = (int)Read(descriptor, ref MemoryMarshal.GetReference(buffer), buffer.Length);
        var events = FileEvents.None;
        for (var at = 0; at + EventHead <= length; at += EventHead + MemoryMarshal.Read<int>(buffer[(at + 12)..]))
        {
            if (MemoryMarshal.Read<int>(buffer[at..]) != _watch)
            {
                continue;
            }
            var mask = MemoryMarshal.Read<uint>(buffer[(at + 4)..]);
            events |= (mask & (DeleteSelf | MoveSelf)) != 0 ? FileEvents.Gone : (mask & Modify) != 0 ? FileEvents.Modified : FileEvents.None;
        }
        return events;
    }

    public void Dispose() => _notifications.Dispose();

    [LibraryImport("libc", EntryPoint = "inotify_init1")]
    private static partial int Init(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddWatch(int descriptor, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollEntry entry, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int descriptor, ref byte buffer, nint length);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
