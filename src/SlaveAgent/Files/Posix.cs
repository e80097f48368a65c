using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SlaveAgent.Files;

/// <summary>The few system calls that .NET does not offer: the status and owner of a path without following it, syncing a directory, and limits on core dumps.</summary>
internal static partial class Posix
{
    public const int CurrentDirectory = -100;
    public const int NoFollow = 0x100;
    public const uint BasicStats = 0x7ff;

    /// <summary><c>O_DIRECTORY</c> and <c>O_CLOEXEC</c>.</summary>
    public static int OpenDirectory => OpenDirectoryOn(RuntimeInformation.ProcessArchitecture);

    /// <summary><c>RENAME_EXCHANGE</c>.</summary>
    public const uint Exchange = 2;

    /// <summary><c>STATX_ATTR_IMMUTABLE</c> and <c>STATX_ATTR_APPEND</c>.</summary>
    public const ulong ImmutableAttributes = 0x30;

    /// <summary><c>STATX_ATTR_MOUNT_ROOT</c>.</summary>
    public const ulong MountRoot = 0x2000;

    /// <summary><c>SIGTSTP</c>.</summary>
    public const int TerminalStop = 20;

    /// <summary><c>SIGTTOU</c>: what a process in the background that changes the terminal's settings is stopped by.</summary>
    public const int TerminalOutput = 22;

    /// <summary><c>SIG_BLOCK</c>.</summary>
    public const int Block = 0;

    /// <summary><c>TIOCGWINSZ</c>.</summary>
    public const nuint GetWindowSize = 0x5413;

    /// <summary><c>POLLOUT</c>.</summary>
    public const short Writable = 4;

    /// <summary><c>EINTR</c>.</summary>
    public const int Interrupted = 4;

    /// <summary><c>EAGAIN</c>.</summary>
    public const int TryAgain = 11;

    private const int NotPermitted = 1;
    public const int CoreLimit = 4;
    public const int SetDumpable = 4;

    /// <summary><c>O_DIRECTORY</c> is another bit on each processor: x86-64's is arm64's <c>O_DIRECT</c>, with which no directory can be opened.</summary>
    public static int OpenDirectoryOn(Architecture processor) => (processor == Architecture.Arm64 ? 0x4000 : 0x10000) | 0x80000;

    [LibraryImport("libc.so.6", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int StatX(int directory, string path, int flags, uint mask, out StatXBuffer buffer);

    [LibraryImport("libc.so.6", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(int oldDirectory, string oldPath, int newDirectory, string newPath, uint flags);

    [LibraryImport("libc.so.6", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(int descriptor);

    [LibraryImport("libc.so.6", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc.so.6", EntryPoint = "llistxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint ListAttributes(string path, [Out] byte[] names, nuint size);

    [LibraryImport("libc.so.6", EntryPoint = "lgetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint GetAttribute(string path, string name, [Out] byte[] value, nuint size);

    [LibraryImport("libc.so.6", EntryPoint = "lsetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetAttribute(string path, string name, byte[] value, nuint size, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "fsetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetAttribute(SafeFileHandle file, string name, byte[] value, nuint size, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOwner(SafeFileHandle file, uint user, uint group);

    [LibraryImport("libc.so.6", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, ReadOnlySpan<byte> data, nuint size);

    /// <param name="milliseconds">To wait for at most.</param>
    /// <returns>How many of them something is to be said of; -1: it failed.</returns>
    [LibraryImport("libc.so.6", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(ref PollEntry entry, nuint count, int milliseconds);

    /// <returns>The process group that has the terminal; -1: it is not the process's own.</returns>
    [LibraryImport("libc.so.6", EntryPoint = "tcgetpgrp", SetLastError = true)]
    public static partial int TerminalGroup(int descriptor);

    [LibraryImport("libc.so.6", EntryPoint = "getpgrp")]
    public static partial int ProcessGroup();

    /// <param name="request"><see cref="GetWindowSize"/>.</param>
    [LibraryImport("libc.so.6", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(int descriptor, nuint request, out WindowSize size);

    /// <summary>For the calling thread, and those that it starts.</summary>
    [LibraryImport("libc.so.6", EntryPoint = "pthread_sigmask")]
    public static partial int ChangeSignalMask(int how, in SignalSet signals, nint before);

    /// <summary>Sends a signal to the calling thread.</summary>
    [LibraryImport("libc.so.6", EntryPoint = "raise")]
    public static partial int Raise(int signal);

    /// <summary>Whether the process runs; one that has ended and was not waited for yet does not. /proc hides some processes from a unit with ProtectProc.</summary>
    public static bool IsAlive(int process) => (Kill(process, 0) == 0 || Marshal.GetLastPInvokeError() == NotPermitted) && !IsZombie(process);

    private static bool IsZombie(int process)
    {
        try
        {
            // The name in brackets may itself hold brackets and spaces; the state is the first letter behind it.
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat.LastIndexOf(')') is var end && end >= 0 && end + 2 < stat.Length && stat[end + 2] is 'Z' or 'X';
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LibraryImport("libc.so.6", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);

    [LibraryImport("libc.so.6", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc.so.6", EntryPoint = "setrlimit", SetLastError = true)]
    public static partial int SetLimit(int resource, in Limit limit);

    [LibraryImport("libc.so.6", EntryPoint = "prctl", SetLastError = true)]
    public static partial int Control(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    /// <summary><c>struct pollfd</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Seen;
    }

    /// <summary><c>struct winsize</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct WindowSize
    {
        public ushort Rows;
        public ushort Columns;
        public ushort PixelWidth;
        public ushort PixelHeight;
    }

    /// <summary><c>struct rlimit</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Limit
    {
        public nuint Soft;
        public nuint Hard;
    }

    /// <summary>The kernel's <c>struct statx</c>, the same on every architecture (statx(2)).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct StatXBuffer
    {
        [FieldOffset(8)] public ulong Attributes;
        [FieldOffset(16)] public uint Links;
        [FieldOffset(20)] public uint User;
        [FieldOffset(24)] public uint Group;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(96)] public long ChangedSeconds;
        [FieldOffset(104)] public uint ChangedNanoseconds;
        [FieldOffset(112)] public long ModifiedSeconds;
        [FieldOffset(120)] public uint ModifiedNanoseconds;
    }
}
