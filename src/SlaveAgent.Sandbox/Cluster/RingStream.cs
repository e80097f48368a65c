using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace SlaveAgent.Sandbox.Cluster;

/// <summary>The stand-ins' own protocol between slave and server: one JSON document a line.</summary>
internal sealed class RingStream(Socket socket) : IDisposable
{
    private readonly NetworkStream _stream = new(socket, ownsSocket: true);
    private readonly SemaphoreSlim _writing = new(1);
    private StreamReader? _reader;

    public int Handle { get; } = (int)socket.Handle;

    /// <summary>Null when the peer has disconnected.</summary>
    public async Task<T?> ReadAsync<T>(CancellationToken cancellationToken) where T : class
    {
        _reader ??= new(_stream, Encoding.UTF8);
        try
        {
            return await _reader.ReadLineAsync(cancellationToken) is { } line ? JsonSerializer.Deserialize<T>(line) : null;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or JsonException)
        {
            return null;
        }
    }

    /// <summary>False when the peer has disconnected.</summary>
    public async Task<bool> WriteAsync<T>(T message, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await _stream.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(message) + "\n"), cancellationToken);
            return true;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <param name="drops">Nothing that arrives is acknowledged any more; if it is closed meanwhile, the peer is reset at once.</param>
    public void SetPacketFilter(bool drops)
    {
        try
        {
            PacketFilter.Set(socket, drops);
            socket.LingerState = new(drops, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The connection has ended.
        }
    }

    public void Dispose() => _stream.Dispose();
}
