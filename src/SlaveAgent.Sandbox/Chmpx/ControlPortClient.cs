using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// Queries a chmpx, the stand-in or the real one, on its control port, to observe its state from outside. A request from an
/// address that is not a listed server's makes chmpx read its file again and miss a change that it has not noticed yet, so the
/// sandbox sends from a server's address where it can.
/// </summary>
public static partial class ControlPortClient
{
    // The real chmpx was seen to take a connection and never answer while its ring changed.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The answer to one command, or null when nothing listens or answers there.</summary>
    public static Task<string?> AskAsync(int port, string command, CancellationToken cancellationToken, IPAddress? from = null) =>
        AskAsync(new IPEndPoint(IPAddress.Loopback, port), command, cancellationToken, from);

    /// <summary>The same for a control port that is not on 127.0.0.1.</summary>
    public static async Task<string?> AskAsync(IPEndPoint controlPort, string command, CancellationToken cancellationToken, IPAddress? from = null)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerTimeout);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (from is not null)
            {
                socket.Bind(new IPEndPoint(from, 0));
            }
            await socket.ConnectAsync(controlPort, limit.Token);
            await socket.SendAsync(Encoding.ASCII.GetBytes(command + "\n"), limit.Token);
            using var reader = new StreamReader(new NetworkStream(socket), Encoding.Latin1);
            return await reader.ReadToEndAsync(limit.Token);
        }
        catch (Exception e) when (e is SocketException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>The revision and the servers that DUMP reports, or null when nothing listens there.</summary>
    public static async Task<ChmpxView?> ViewAsync(int port, CancellationToken cancellationToken, IPAddress? from = null)
    {
        return await AskAsync(port, "DUMP", cancellationToken, from) is { } dump ? Read(dump) : null;
    }

    /// <summary>The revision and the servers of a DUMP; null when the text is not a DUMP.</summary>
    public static ChmpxView? Read(string dump)
    {
        if (Revision().Match(dump) is not { Success: true } revision)
        {
            return null;
        }
        var servers = dump[dump.IndexOf("chmpx_servers", StringComparison.Ordinal)..];
        return new(
            int.Parse(revision.Groups[1].Value, CultureInfo.InvariantCulture),
            [.. Server().Matches(servers).Select(server => new ChmpxServer(
                server.Groups["cuk"].Value,
                int.Parse(server.Groups["port"].Value, CultureInfo.InvariantCulture),
                server.Groups["sock"].Value != "-1",
                server.Groups["status"].Value))]);
    }

    [GeneratedRegex(@"cfg_revision\s+= (-?\d+)")]
    private static partial Regex Revision();

    [GeneratedRegex(@"mode +\= server\n.*?ctlport +\= (?<port>-?\d+)\n +cuk +\= (?<cuk>[^\n]*)\n.*?\n +sock +\= (?<sock>[^\n]*)\n.*?\n +status +\= (?<status>[^\n]*)\n", RegexOptions.Singleline)]
    private static partial Regex Server();
}
