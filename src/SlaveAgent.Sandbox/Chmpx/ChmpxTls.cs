namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>A node's TLS settings, which chmpx keeps as loaded at its start.</summary>
internal sealed record ChmpxTls(bool IsOn, bool VerifiesPeer, string CaPath, string ServerCertificate, string ServerKey, string SlaveCertificate, string SlaveKey)
{
    public static ChmpxTls Off { get; } = new(false, false, "", "", "", "", "");
}
