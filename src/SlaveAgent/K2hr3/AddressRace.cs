using System.Net;
using System.Net.Sockets;

namespace SlaveAgent.K2hr3;

/// <summary>
/// Connects to the first of a name's addresses that takes the connection (Happy Eyeballs, RFC 8305): each next one is tried as soon as the last failed or after 250 ms,
/// while those before it go on.
/// </summary>
internal static class AddressRace
{
    /// <summary>"Connection Attempt Delay" of RFC 8305.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(250);

    /// <summary>In the resolver's order with the families by turns, so that one whose network is broken costs one delay; the last good one first.</summary>
    public static IReadOnlyList<IPAddress> Order(IReadOnlyCollection<IPAddress> addresses, IPAddress? lastGood)
    {
        var families = addresses.Distinct().GroupBy(address => address.AddressFamily).Select(family => family.ToList()).ToList();
        var byTurns = Enumerable.Range(0, addresses.Count).SelectMany(turn => families.Where(family => turn < family.Count).Select(family => family[turn]));
        return [.. byTurns.OrderByDescending(address => address.Equals(lastGood))];
    }

    /// <exception cref="SocketException">None took it; says why of each.</exception>
    /// <exception cref="OperationCanceledException">None took it in time; says why of each.</exception>
    public static async Task<(Socket Socket, IPAddress Address)> ConnectAsync(IReadOnlyList<IPAddress> addresses, int port, TimeProvider time, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var attempts = new List<(Task<Socket> Task, IPAddress Address)>();
        try
        {
            var failures = new List<(IPAddress Address, SocketException Error)>();
            var next = 0;
            while (true)
            {
                if (next < addresses.Count)
                {
                    attempts.Add((ConnectAsync(new IPEndPoint(addresses[next], port), over.Token), addresses[next]));
                    next++;
                }

                var pause = Task.Delay(next < addresses.Count ? Delay : Timeout.InfiniteTimeSpan, time, over.Token);
                while (attempts.Count > 0 && await Task.WhenAny(attempts.Select(attempt => (Task)attempt.Task).Append(pause)) is var ended && ended != pause)
                {
                    var attempt = attempts.Find(attempt => attempt.Task == ended);
                    attempts.Remove(attempt);
                    try
                    {
                        return (await attempt.Task, attempt.Address);
                    }
                    catch (SocketException e)
                    {
                        failures.Add((attempt.Address, e));
                        if (next < addresses.Count)
                        {
                            break;
                        }
                    }
                    catch (OperationCanceledException)
                    {
                        failures.Add((attempt.Address, new SocketException((int)SocketError.TimedOut)));
                    }
                }

                if (cancel.IsCancellationRequested)
                {
                    // Without the token, or .NET would drop what was tried.
                    failures.AddRange(attempts.Select(attempt => (attempt.Address, new SocketException((int)SocketError.TimedOut))));
                    throw new OperationCanceledException("no address took the connection in time", Failed(failures, port));
                }

                if (attempts.Count == 0 && next >= addresses.Count)
                {
                    throw Failed(failures, port);
                }
            }
        }
        finally
        {
            await over.CancelAsync();
            foreach (var (attempt, _) in attempts)
            {
                await DisposeAsync(attempt);
            }
        }
    }

    private static async Task<Socket> ConnectAsync(IPEndPoint address, CancellationToken cancel)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, cancel);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>An attempt that was not needed may have succeeded at the same moment.</summary>
    private static async Task DisposeAsync(Task<Socket> attempt)
    {
        try
        {
            (await attempt).Dispose();
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // It disposed of its socket itself.
        }
    }

    private static SocketException Failed(List<(IPAddress Address, SocketException Error)> failures, int port) => failures is [var only, ..]
        ? new SocketException(only.Error.ErrorCode, string.Join(", ", failures.Select(failure => $"{new IPEndPoint(failure.Address, port)} {failure.Error.Message}")))
        : new SocketException((int)SocketError.HostNotFound);
}
