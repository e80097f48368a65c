using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace SlaveAgent.Sandbox.Cluster;

/// <summary>
/// Simulates a host without power or network: the kernel drops every packet that arrives for a socket, before TCP acknowledges it (socket(7), SO_ATTACH_FILTER). A peer's data stays unacknowledged, and a connection request to a listener is not answered. Needs no privilege.
/// </summary>
internal static class PacketFilter
{
    private const int SocketLevel = 1;
    private const int AttachFilter = 26;
    private const int DetachFilter = 27;

    // A classic BPF program of one instruction, BPF_RET | BPF_K with 0: keep no byte.
    private static readonly byte[] DropEverything = [0x06, 0, 0, 0, 0, 0, 0, 0];

    public static void Set(Socket socket, bool drops)
    {
        if (!drops)
        {
            socket.SetRawSocketOption(SocketLevel, DetachFilter, stackalloc byte[4]);
            return;
        }

        var program = GCHandle.Alloc(DropEverything, GCHandleType.Pinned);
        try
        {
            // struct sock_fprog: the number of instructions, and where they are.
            Span<byte> description = stackalloc byte[16];
            MemoryMarshal.Write(description, (ulong)1);
            MemoryMarshal.Write(description[8..], program.AddrOfPinnedObject());
            socket.SetRawSocketOption(SocketLevel, AttachFilter, description);
        }
        finally
        {
            program.Free();
        }
    }
}
