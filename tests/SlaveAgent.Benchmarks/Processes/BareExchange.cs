using System.Globalization;
using System.Runtime.InteropServices;

namespace SlaveAgent.Benchmarks.Processes;

/// <summary>
/// The least that a look or a request can cost on this kernel: connect, send, receive and close as bare system calls on one thread that slept before.
/// Nothing is read, compared or decided; it stands beside the agent in the same run.
/// </summary>
internal static unsafe partial class BareExchange
{
    private const int Internet = 2;
    private const int Stream = 1;

    /// <param name="bytes">What is sent; the other side answers and closes.</param>
    /// <param name="pause">The sleep before each.</param>
    /// <returns>Milliseconds of CPU an exchange, with the sleep before it.</returns>
    public static Task<double> MeasureAsync(int port, byte[] bytes, int times, TimeSpan pause) => Task.Factory.StartNew(
        () =>
        {
            var buffer = new byte[1 << 20];
            Exchange(port, bytes, buffer);
            var stat = $"/proc/self/task/{ThreadId()}/schedstat";
            var before = Cpu(stat);
            for (var turn = 0; turn < times; turn++)
            {
                Thread.Sleep(pause);
                Exchange(port, bytes, buffer);
            }

            return (Cpu(stat) - before) / times;
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static void Exchange(int port, byte[] bytes, byte[] buffer)
    {
        var socket = Socket(Internet, Stream, 0);
        var address = stackalloc byte[16];
        *(ushort*)address = Internet;
        (address[2], address[3], address[4], address[7]) = ((byte)(port >> 8), (byte)port, 127, 1);
        fixed (byte* into = buffer)
        fixed (byte* from = bytes)
        {
            if (Connect(socket, address, 16) == 0 && Send(socket, from, (nuint)bytes.Length, 0) == bytes.Length)
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
