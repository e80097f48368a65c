using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace SlaveAgent.Tests.Support;

/// <summary>systemd's notify socket, as a service of Type=notify has it: all that is said is read at once, in whatever order it is waited for.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly ConcurrentQueue<string> _told = new();

    public NotifySocket()
    {
        _socket.Bind(new UnixDomainSocketEndPoint(Path));
        _ = ReadAsync();
    }

    public string Path { get; } = System.IO.Path.Join(System.IO.Path.GetTempPath(), $"notify-{Guid.NewGuid():N}");

    /// <summary>Waits until the service has said this.</summary>
    public Task HeardAsync(string words) => Eventually.IsTrueAsync(
        () => Task.FromResult(_told.Any(told => told.Contains(words, StringComparison.Ordinal))), $"the service says {words}", () => string.Join('\n', _told));

    public void Dispose()
    {
        _socket.Dispose();
        File.Delete(Path);
    }

    private async Task ReadAsync()
    {
        var told = new byte[4096];
        try
        {
            while (true)
            {
                _told.Enqueue(Encoding.UTF8.GetString(told, 0, await _socket.ReceiveAsync(told)));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
