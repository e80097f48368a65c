using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SlaveAgent.Tests.Support;

/// <summary>Stands where chmpx's control port would: takes one command a connection, answers as the test says, closes.</summary>
internal sealed class Listener : IDisposable
{
    private readonly Socket _socket;
    private readonly Func<Socket, string, Task> _answer;

    /// <param name="isLow">On a port that a configuration may name: chmpx keeps ports in 16 signed bits.</param>
    /// <param name="at">An address of the loopback; by default 127.0.0.1.</param>
    public Listener(Func<Socket, string, Task> answer, bool isLow = false, IPAddress? at = null)
    {
        _answer = answer;
        _socket = Listen(at ?? IPAddress.Loopback, isLow ? 10_000 : 0);
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>A port on which nobody listens; below the ones the system hands out, so that nobody will.</summary>
    public static int ClosedPort()
    {
        for (var port = 20000; ; port++)
        {
            try
            {
                using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private static Socket Listen(IPAddress at, int port)
    {
        while (true)
        {
            var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(at, port));
                socket.Listen();
                return socket;
            }
            catch (SocketException) when (port is > 0 and < 20_000)
            {
                socket.Dispose();
                port++;
            }
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = AnswerAsync(await _socket.AcceptAsync());
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task AnswerAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                var buffer = new byte[100];
                var length = await socket.ReceiveAsync(buffer);
                await _answer(socket, Encoding.ASCII.GetString(buffer, 0, length));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The other side went away, or the test is over.
            }
        }
    }
}
