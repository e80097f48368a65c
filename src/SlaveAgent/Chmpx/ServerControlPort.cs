using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SlaveAgent.Chmpx;

/// <summary>
/// Asks a server's chmpx through its control port: one command a connection, then it closes. To be done rarely: each connection of a host that is no server blocks
/// the server's event loop while it resolves the name of every slave it lists (5 ms with 5 of them, 183 ms with 256, more with a slow DNS). And without a
/// pause between connecting and sending: a host that is not listed and stays silent leaks a descriptor there.
/// </summary>
public sealed class ServerControlPort(TimeProvider time)
{
    /// <summary>For all of it, from connecting to the end of the answer.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <summary>Some 800 bytes a server; an endless answer must not fill the memory.</summary>
    private const int LargestAnswer = 4 * 1024 * 1024;

    /// <param name="source">The address that chmpx itself calls from, by which the server knows this host; null leaves it to the kernel.</param>
    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was.</exception>
    public async Task<ServerReply> AskAsync(IPEndPoint server, ServerCommand command, IPAddress? source, CancellationToken cancel)
    {
        if (EndpointRules.WhyNot(server.Address) is { } refusal)
        {
            return new ServerReply.Refused(refusal);
        }

        if (source is not null && source.AddressFamily != server.AddressFamily)
        {
            return new ServerReply.Failed(ServerFailure.SourceUnusable, $"{server} cannot be called from {source}, an address of the other family");
        }

        using var deadline = new CancellationTokenSource(Deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (source is not null && TryBind(socket, source) is { } why)
            {
                return new ServerReply.Failed(ServerFailure.SourceUnusable, $"{server} cannot be called from {source}: {why}");
            }

            if (await TryConnectAsync(socket, server, either.Token) is { } failed)
            {
                return new ServerReply.Failed(ServerFailure.NotConnected, $"{server} does not take a connection: {failed}");
            }

            // Not to be cancelled: the few bytes have room in a new socket's buffer, and a connection on which nothing is sent is what must not be.
            await socket.SendAsync(Line(command), SocketFlags.None, CancellationToken.None);
            return await ReceiveAsync(socket, server, either.Token);
        }
        catch (OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            return new ServerReply.Failed(ServerFailure.TimedOut, $"{server} did not answer within {Deadline.TotalSeconds:0} s");
        }
        catch (SocketException e)
        {
            return new ServerReply.Failed(ServerFailure.NoAnswer, $"{server} broke the connection off: {e.Message}");
        }
    }

    private static string? TryBind(Socket socket, IPAddress source)
    {
        try
        {
            socket.Bind(new IPEndPoint(source, 0));
            return null;
        }
        catch (SocketException e)
        {
            return e.Message;
        }
    }

    private static async Task<string?> TryConnectAsync(Socket socket, IPEndPoint server, CancellationToken cancel)
    {
        try
        {
            await socket.ConnectAsync(server, cancel);
            return null;
        }
        catch (SocketException e)
        {
            return e.Message;
        }
    }

    private static async Task<ServerReply> ReceiveAsync(Socket socket, IPEndPoint server, CancellationToken cancel)
    {
        var answer = new byte[16 * 1024];
        var length = 0;
        while (await socket.ReceiveAsync(answer.AsMemory(length), SocketFlags.None, cancel) is > 0 and var got)
        {
            length += got;
            if (length > LargestAnswer)
            {
                return new ServerReply.Failed(ServerFailure.TooLarge, $"{server} sent more than {LargestAnswer} bytes");
            }

            if (length == answer.Length)
            {
                Array.Resize(ref answer, length * 2);
            }
        }

        return length > 0
            ? new ServerReply.Answered(Encoding.UTF8.GetString(answer, 0, length))
            : new ServerReply.Failed(ServerFailure.NoAnswer, $"{server} closed the connection without an answer");
    }

    private static byte[] Line(ServerCommand command) => command switch
    {
        ServerCommand.AllStatus => "ALLSTATUS\n"u8.ToArray(),
        ServerCommand.UpdateStatus => "UPDATESTATUS\n"u8.ToArray(),
        _ => throw new ArgumentOutOfRangeException(nameof(command), command, null),
    };
}
