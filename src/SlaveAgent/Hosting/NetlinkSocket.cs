using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace SlaveAgent.Hosting;

/// <summary>Opens sockets of the kernel's netlink family (netlink(7)), which .NET can use and cannot make.</summary>
internal static partial class NetlinkSocket
{
    /// <summary>In milliseconds: the kernel answers at once, and what it does not answer is not waited for.</summary>
    private const int ReceiveTimeout = 1000;

    private const int Family = 16;
    private const int RawCloseOnExec = 3 | 0x80000;

    /// <returns>Null where this process may have none, or the kernel has no such protocol.</returns>
    public static Socket? TryOpen(int protocol)
    {
        var descriptor = Open(Family, RawCloseOnExec, protocol);
        return descriptor < 0 ? null : new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)) { ReceiveTimeout = ReceiveTimeout };
    }

    /// <summary>Has the kernel send what it sends to these groups.</summary>
    /// <param name="groups">A bit for each, the first group's is the lowest.</param>
    /// <returns>Whether it does.</returns>
    public static bool TryJoin(Socket netlink, uint groups) => Bind((int)netlink.Handle, new Address { Family = Family, Groups = groups }, (uint)Marshal.SizeOf<Address>()) == 0;

    [LibraryImport("libc.so.6", EntryPoint = "socket")]
    private static partial int Open(int family, int type, int protocol);

    [LibraryImport("libc.so.6", EntryPoint = "bind")]
    private static partial int Bind(int descriptor, in Address address, uint length);

    [StructLayout(LayoutKind.Sequential)]
    private struct Address
    {
        public ushort Family;
        public ushort Padding;
        public uint Port;
        public uint Groups;
    }
}
