using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SlaveAgent.Tests.Conformance;

/// <summary>Counts how often a file is opened (inotify): a look-up opens the hosts file once.</summary>
internal sealed partial class OpenCount(string path) : IDisposable
{
    private const int NonBlockCloseOnExec = 0x80800;
    private const uint Open = 0x20;

    // Two of the same kind in a row become one event, so that the closing between them is asked for as well.
    private const uint CloseAfterReading = 0x10;
    private const int EventSize = 16;

    private SafeFileHandle? _notifications;
    private int _count;

    public int Count
    {
        get
        {
            Span<byte> buffer = stackalloc byte[EventSize * 256];
            while (Read((int)_notifications!.DangerousGetHandle(), ref MemoryMarshal.GetReference(buffer), buffer.Length) is > 0 and var length)
            {
                for (var at = 0; at + EventSize <= length; at += EventSize)
                {
                    _count += (MemoryMarshal.Read<uint>(buffer[(at + 4)..]) & Open) != 0 ? 1 : 0;
                }
            }
            return _count;
        }
    }

    public void Start()
    {
        _notifications = new(Init(NonBlockCloseOnExec), ownsHandle: true);
        Assert.True(AddWatch((int)_notifications.DangerousGetHandle(), path, Open | CloseAfterReading) >= 0, "inotify does not work here");
    }

    public void Dispose() => _notifications?.Dispose();

    [LibraryImport("libc.so.6", EntryPoint = "inotify_init1")]
    private static partial int Init(int flags);

    [LibraryImport("libc.so.6", EntryPoint = "inotify_add_watch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddWatch(int descriptor, string path, uint mask);

    [LibraryImport("libc.so.6", EntryPoint = "read")]
    private static partial nint Read(int descriptor, ref byte buffer, nint length);
}
