using System.Net.Sockets;
using System.Text;
using SlaveAgent.Sandbox.HostTools;

namespace SlaveAgent.Sandbox.Systemd;

/// <summary>Connects the tools with the supervisor: a line to it, and its answer until it closes its socket.</summary>
internal static class SupervisorClient
{
    public static async Task<ToolOutput> AskAsync(string socketPath, SupervisorRequest request, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
        }
        catch (SocketException)
        {
            return new(1, Error: "Failed to connect to bus: No such file or directory\n");
        }
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"{request.Line}\n"), cancellationToken);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellationToken) is { Length: > 0 } answer
            ? ToolOutput.Read(answer)
            : new(1, Error: "Failed to connect to bus: Connection reset by peer\n");
    }
}
