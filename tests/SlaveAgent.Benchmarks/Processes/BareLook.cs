using System.Globalization;
using System.Runtime.InteropServices;

namespace SlaveAgent.Benchmarks.Processes;

/// <summary>
/// The least that a look can cost on this kernel: connect, send, receive and close as bare system calls on one thread, a look a second. Nothing is
/// read, compared or decided; it stands beside the agent in the same run.
/// </summary>
internal static unsafe partial class BareLook
{
    private const int Internet = 2;
    private const int Stream = 1;

    /// <returns>Milliseconds of CPU a look, with the sleep before it.</returns>
    public static Task<double> MeasureAsync(int port, int looks) => Task.Factory.StartNew(
        () =>
        {
            var buffer = new byte[1 << 20];
            Look(port, buffer);
            var stat = $"/proc/self/task/{ThreadId()}/schedstat";
            var before = Cpu(stat);
            for (var look = 0; look < looks; look++)
            {
                Thread.Sleep(1000);
                Look(port, buffer);
            }

            return (Cpu(stat) - before) / looks;
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Look(int port, byte[] buffer)
    {
        var socket = Socket(Internet, Stream, 0);
        var address = stackalloc byte[16];
        *(ushort*)address = Internet;
        (address[2], address[3], address[4], address[7]) = ((byte)(port >> 8), (byte)port, 127, 1);
        fixed (byte* into = buffer)
        fixed (byte* command = "DUMP\n"u8)
        {
            if (Connect(socket, address, 16) == 0 && Send(socket, command, 5, 0) == 5)
            {
                while (Receive(socket, into, (nuint)buffer.Length, 0) > 0)
                {
                    // To the end.
                }
            }
        }

        _ = Close(socket);
    }

    private static double Cpu(string stat) => double.Parse(File.ReadAllText(stat).Split(' ')[0], CultureInfo.InvariantCulture) / 1e6;

    [LibraryImport("libc.so.6", EntryPoint = "socket")]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc.so.6", EntryPoint = "connect")]
    private static partial int Connect(int socket, byte* address, uint length);

    [LibraryImport("libc.so.6", EntryPoint = "send")]
    private static partial nint Send(int socket, byte* bytes, nuint length, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "recv")]
    private static partial nint Receive(int socket, byte* bytes, nuint length, int flags);

    [LibraryImport("libc.so.6", EntryPoint = "close")]
    private static partial int Close(int socket);

    [LibraryImport("libc.so.6", EntryPoint = "gettid")]
    private static partial int ThreadId();
}
