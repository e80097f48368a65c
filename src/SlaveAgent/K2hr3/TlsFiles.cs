using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SlaveAgent.Files;

namespace SlaveAgent.K2hr3;

/// <summary>The PEM files by which this host and K2HR3 authenticate each other; null for a missing one.</summary>
/// <param name="Authorities">Trusted instead of the system's.</param>
/// <param name="Certificate">Sent to a K2HR3 that requests one, with its issuers.</param>
/// <param name="Key">Not encrypted; null when it is in the certificate's file.</param>
public sealed record TlsFiles(string? Authorities, string? Certificate, string? Key)
{
    public static TlsFiles None { get; } = new(null, null, null);

    /// <summary>Equal as long as no file is replaced.</summary>
    /// <exception cref="IOException">The status of one of them cannot be read.</exception>
    public (FileVersion? Authorities, FileVersion? Certificate, FileVersion? Key) Versions() => (VersionOf(Authorities), VersionOf(Certificate), VersionOf(Key));

    /// <exception cref="TlsFileException">A file cannot be read, or has unexpected content.</exception>
    public SslClientAuthenticationOptions Read() => new() { CertificateChainPolicy = ReadAuthorities(), ClientCertificateContext = ReadCertificate() };

    private X509ChainPolicy? ReadAuthorities()
    {
        if (Authorities is null)
        {
            return null;
        }

        return TrustOnly(ReadCertificates(Authorities, "k2hr3.ca_file"));
    }

    /// <summary>Trusts these authorities instead of the system's.</summary>
    public static X509ChainPolicy TrustOnly(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private SslStreamCertificateContext? ReadCertificate()
    {
        if (Certificate is null)
        {
            return null;
        }

        var chain = ReadCertificates(Certificate, "k2hr3.client_certificate");
        try
        {
            var own = X509Certificate2.CreateFromPem(RegularFile.ReadText(Certificate), RegularFile.ReadText(Key ?? Certificate));
            chain.RemoveAt(0);
            return SslStreamCertificateContext.Create(own, chain, offline: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new TlsFileException(
                Key is null ? "k2hr3.client_certificate" : "k2hr3.client_key", Key ?? Certificate, $"cannot be read or does not match the certificate ({e.Message.TrimEnd('.')})", e);
        }
    }

    private static X509Certificate2Collection ReadCertificates(string file, string setting)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(RegularFile.ReadText(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new TlsFileException(setting, file, $"cannot be read ({e.Message.TrimEnd('.')})", e);
        }

        return certificates.Count > 0 ? certificates : throw new TlsFileException(setting, file, "contains no certificate");
    }

    private static FileVersion? VersionOf(string? file) => file is null ? null : FileStatus.OfTarget(file)?.Version;
}
