using System.Net;

namespace SlaveAgent.K2hr3;

/// <summary>How far the connection of one request is, and since when it is there; kept by whoever connects, and read by whoever asks.</summary>
internal sealed class ConnectionRecord(TimeProvider time)
{
    /// <summary>Where a request carries its record.</summary>
    public static readonly HttpRequestOptionsKey<ConnectionRecord> Key = new("connection");

    private long _since = time.GetTimestamp();

    /// <summary>Connected also where nobody keeps the record.</summary>
    public ConnectionStep Step { get; private set; } = ConnectionStep.Connected;

    public bool IsConnected => Step == ConnectionStep.Connected;

    /// <summary>The proxy that the request goes through, without user name and password; null: none.</summary>
    public string? Proxy { get; set; }

    /// <summary>Since the connection was there; before that, since the request began.</summary>
    public TimeSpan SinceConnected => time.GetElapsedTime(_since);

    /// <summary>What was not reached yet, for a person, such as <c>no connection to 192.0.2.1:443 was made</c>.</summary>
    public string Missing { get; private set; } = string.Empty;

    /// <summary>A connection is about to be made.</summary>
    public void NoteBegun() => (Step, Missing) = (ConnectionStep.Begun, "no connection was made");

    public void NoteResolving(string name) => (Step, Missing) = (ConnectionStep.Resolving, $"the addresses of {name} were not found");

    public void NoteConnecting(IReadOnlyList<IPAddress> addresses, int port) =>
        (Step, Missing) = (ConnectionStep.Connecting, $"no connection to {string.Join(", ", addresses.Select(address => new IPEndPoint(address, port).ToString()))} was made");

    public void NoteSecuring(IPAddress address, int port) => (Step, Missing) = (ConnectionStep.Securing, $"TLS with {new IPEndPoint(address, port)} was not established");

    /// <summary>Also told again once the answer began.</summary>
    public void NoteConnected()
    {
        if (Step != ConnectionStep.Connected)
        {
            (Step, _since) = (ConnectionStep.Connected, time.GetTimestamp());
        }
    }
}
