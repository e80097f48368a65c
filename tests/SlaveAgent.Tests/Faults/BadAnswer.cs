using System.Net.Sockets;
using System.Security.Authentication;

namespace SlaveAgent.Tests.Faults;

/// <summary>One way in which a service can be bad.</summary>
internal sealed record BadAnswer(string Name)
{
    public bool IsRefusing { get; init; }

    public bool IsUnresolved { get; init; }

    /// <summary>Only where there is TLS.</summary>
    public bool IsSecureOnly => Certificate is not null || Protocols is not null || NeedsTls;

    public bool NeedsTls { get; init; }

    public string? Certificate { get; init; }

    public SslProtocols? Protocols { get; init; }

    /// <summary>In place of everything, TLS included.</summary>
    public Func<BadService, Socket, Stream, Task>? OnConnect { get; init; }

    /// <summary>In place of the answer.</summary>
    public Func<BadService, string, Stream, Task>? OnRequest { get; init; }

    public override string ToString() => Name;
}
