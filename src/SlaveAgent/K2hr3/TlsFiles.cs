using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SlaveAgent.Files;

namespace SlaveAgent.K2hr3;

/// <summary>The PEM files by which this host and K2HR3 know each other; null where there is none.</summary>
/// <param name="Authorities">Trusted in place of the system's.</param>
/// <param name="Certificate">Shown to a K2HR3 that asks for one, with those that it was issued by.</param>
/// <param name="Key">Not encrypted; null: it is in the certificate's file.</param>
public sealed record TlsFiles(string? Authorities, string? Certificate, string? Key)
{
    public static TlsFiles None { get; } = new(null, null, null);

    /// <summary>Equal as long as no file was replaced.</summary>
    /// <exception cref="IOException">One of them cannot be looked at.</exception>
    public (FileVersion? Authorities, FileVersion? Certificate, FileVersion? Key) Versions() => (VersionOf(Authorities), VersionOf(Certificate), VersionOf(Key));

    /// <exception cref="IOException">A file cannot be read, or does not hold what it should.</exception>
    public SslClientAuthenticationOptions Read() => new() { CertificateChainPolicy = ReadAuthorities(), ClientCertificateContext = ReadCertificate() };

    private X509ChainPolicy? ReadAuthorities()
    {
        if (Authorities is null)
        {
            return null;
        }

        var authorities = ReadCertificates(Authorities, "k2hr3.ca_file");
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
            throw new IOException($"{(Key is null ? "k2hr3.client_certificate" : "k2hr3.client_key")} {Key ?? Certificate} cannot be read, or is not the certificate's: {e.Message}", e);
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
            throw new IOException($"{setting} {file} cannot be read: {e.Message}", e);
        }

        return certificates.Count > 0 ? certificates : throw new IOException($"{setting} {file} holds no certificate.");
    }

    private static FileVersion? VersionOf(string? file) => file is null ? null : FileStatus.OfTarget(file)?.Version;
}
