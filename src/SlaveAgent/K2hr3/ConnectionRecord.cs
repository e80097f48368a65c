namespace SlaveAgent.K2hr3;

/// <summary>When the connection of one request was there; kept by whoever connects, and read by whoever asks.</summary>
internal sealed class ConnectionRecord(TimeProvider time)
{
    /// <summary>Where a request carries its record.</summary>
    public static readonly HttpRequestOptionsKey<ConnectionRecord> Key = new("connection");

    private long _since = time.GetTimestamp();

    /// <summary>Whether the other side has the request, or could; also where nobody keeps the record.</summary>
    public bool IsConnected { get; private set; } = true;

    public TimeSpan SinceConnected => time.GetElapsedTime(_since);

    /// <summary>A connection is about to be made.</summary>
    public void NoteConnecting() => IsConnected = false;

    public void NoteConnected() => (IsConnected, _since) = (true, time.GetTimestamp());
}
