namespace SlaveAgent.Chmpx;

/// <summary>Why chmpx has to be started again before it works with the file in place; stable codes for programs.</summary>
public enum RestartReason
{
    /// <summary>GROUP, CHMPXIDTYPE or DELIVERMODE: chmpx keeps what it started with.</summary>
    GlobalChanged,

    /// <summary>The port or the use of TLS of a server that it already knew.</summary>
    ServerChanged,

    /// <summary>The path of a certificate, key or authority of a node that it already knew.</summary>
    CertificatePathChanged,

    /// <summary>A certificate or key was replaced under the same path: chmpx keeps the contents that it read at its start.</summary>
    CertificateReplaced,

    /// <summary>MAXCHMPX or a size of its message queues, which only a start puts into force.</summary>
    SizeChanged,
}
