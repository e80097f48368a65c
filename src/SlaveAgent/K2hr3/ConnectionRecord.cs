using System.Net;

namespace SlaveAgent.K2hr3;

/// <summary>When the connection of one request was there; kept by whoever connects, and read by whoever asks.</summary>
internal sealed class ConnectionRecord(TimeProvider time)
{
    /// <summary>Where a request carries its record.</summary>
    public static readonly HttpRequestOptionsKey<ConnectionRecord> Key = new("connection");

    private long _since = time.GetTimestamp();

    /// <summary>Whether the other side has the request, or could; also where nobody keeps the record.</summary>
    public bool IsConnected { get; private set; } = true;

    /// <summary>The proxy that the request goes through, without user name and password; null: none.</summary>
    public string? Proxy { get; set; }

    /// <summary>Which addresses were tried, for a person; empty before they are known.</summary>
    public string Addresses { get; private set; } = string.Empty;

    public TimeSpan SinceConnected => time.GetElapsedTime(_since);

    /// <summary>A connection is about to be made.</summary>
    public void NoteConnecting() => IsConnected = false;

    public void NoteAddresses(IReadOnlyList<IPAddress> addresses, int port) =>
        Addresses = string.Join(", ", addresses.Select(address => new IPEndPoint(address, port).ToString()));

    public void NoteConnected() => (IsConnected, _since) = (true, time.GetTimestamp());
}
