using System.Net.Sockets;
using System.Text;

namespace SlaveAgent.Tests.Support;

/// <summary>systemd's notify socket, as a service of Type=notify has it.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public NotifySocket() => _socket.Bind(new UnixDomainSocketEndPoint(Path));

    public string Path { get; } = System.IO.Path.Join(System.IO.Path.GetTempPath(), $"notify-{Guid.NewGuid():N}");

    /// <summary>Waits until the service has said this.</summary>
    public async Task HeardAsync(string words, CancellationToken cancel)
    {
        var told = new byte[4096];
        while (!Encoding.UTF8.GetString(told, 0, await _socket.ReceiveAsync(told, cancel)).Contains(words, StringComparison.Ordinal))
        {
            // Something else.
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        File.Delete(Path);
    }
}
