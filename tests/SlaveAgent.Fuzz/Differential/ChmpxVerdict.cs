using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SlaveAgent.Fuzz.Differential;

/// <summary>Asks the real chmpx: it is started with a file, and either answers on its control port or ends. Needs namespaces of its own, for it leaves memory and queues behind.</summary>
internal sealed class ChmpxVerdict(string chmpx, string directory)
{
    private static readonly string[] Leftovers = ["/var/lib/antpickax", "/dev/mqueue"];

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>One that listens on no port that can be asked, and has not ended after so long, runs; the slowest end comes after a tenth of it.</summary>
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(2);

    /// <returns>Whether it runs; null when it neither answered nor ended.</returns>
    public bool? Of(string text, int? port)
    {
        var file = Path.Join(directory, "slave.ini");
        File.WriteAllBytes(file, Encoding.UTF8.GetBytes(text));
        using var process = Process.Start(new ProcessStartInfo(chmpx, ["-conf", file, "-d", "silent"]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        try
        {
            var began = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(began) is var passed && passed < Limit)
            {
                if (process.HasExited)
                {
                    return false;
                }

                if (port is null ? passed > LongEnough : Answers(port.Value))
                {
                    return true;
                }

                Thread.Sleep(4);
            }

            return null;
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
            foreach (var left in Leftovers.SelectMany(Directory.EnumerateFiles))
            {
                File.Delete(left);
            }
        }
    }

    private static bool Answers(int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 5000 };
            socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
            socket.Send("VERSION\n"u8);
            return socket.Receive(new byte[64]) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
