using System.Net;
using System.Net.Sockets;
using System.Text;

namespace SlaveAgent.GuestTests.Guests;

/// <summary>A name server that does not answer until it is switched on. It resolves one name and no other (RFC 1035).</summary>
internal sealed class NameServer : IAsyncDisposable
{
    private const int HeaderLength = 12;
    private const byte AddressRecord = 1;

    private readonly IPAddress _address;
    private readonly byte[] _name;
    private readonly UdpClient _socket;
    private readonly Task _serving;
    private int _asked;

    /// <param name="resolved">The name's address; null: the server's own.</param>
    public NameServer(IPAddress address, string name, IPAddress? resolved = null)
    {
        _address = resolved ?? address;
        _name = [.. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];
        _socket = new UdpClient(new IPEndPoint(address, 53));
        _serving = ServeAsync();
    }

    public bool Answers { get; set; }

    /// <summary>How many questions have come so far.</summary>
    public int Asked => _asked;

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var question = await _socket.ReceiveAsync();
                Interlocked.Increment(ref _asked);
                if (Answers && question.Buffer.Length > HeaderLength)
                {
                    await _socket.SendAsync(Answer(question.Buffer), question.RemoteEndPoint);
                }
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // The end of the test.
        }
    }

    private byte[] Answer(byte[] question)
    {
        var end = Array.IndexOf(question, (byte)0, HeaderLength) + 5;
        var isKnown = question.AsSpan(HeaderLength).StartsWith(_name);
        var hasAddress = isKnown && question[end - 3] == AddressRecord;
        return
        [
            question[0], question[1], 0x85, (byte)(isKnown ? 0x80 : 0x83), 0, 1, 0, (byte)(hasAddress ? 1 : 0), 0, 0, 0, 0,
            .. question.AsSpan(HeaderLength..end),
            .. hasAddress ? (byte[])[0xc0, HeaderLength, 0, AddressRecord, 0, 1, 0, 0, 0, 1, 0, 4, .. _address.GetAddressBytes()] : [],
        ];
    }
}
