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
    public SslClientAuthenticationOptions Read()
    {
        var options = new SslClientAuthenticationOptions { ClientCertificateContext = ReadCertificate() };
        if (Authorities is not null)
        {
            var authorities = ReadCertificates(Authorities, "k2hr3.ca_file");
            options.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,

                // A certificate names where its issuer's can be fetched; root asks no address that a certificate names, nor waits for it.
                DisableCertificateDownloads = true,
            };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
            options.RemoteCertificateValidationCallback = (_, shown, chain, errors) => errors == SslPolicyErrors.None
                || (errors == SslPolicyErrors.RemoteCertificateChainErrors && shown is X509Certificate2 certificate && chain is not null && EndsIn(authorities, certificate, chain));
        }

        return options;
    }

    /// <summary>
    /// Whether the chain is well up to one of the authorities, which need not be a root: an issuing authority alone is trusted, as by curl. What the chain
    /// lacks beyond it is the only thing that is passed over: names, times, signatures and uses are checked as always.
    /// </summary>
    private static bool EndsIn(X509Certificate2Collection authorities, X509Certificate2 certificate, X509Chain shown)
    {
        using var chain = new X509Chain { ChainPolicy = shown.ChainPolicy.Clone() };
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority;

        // Of a chain that is not complete, OpenSSL does not look at the time of the last one.
        var now = DateTime.Now;
        try
        {
            return chain.Build(certificate)
                && chain.ChainElements.All(element => element.Certificate.NotBefore <= now && now <= element.Certificate.NotAfter)
                && chain.ChainElements.Any(element => authorities.Any(authority => authority.RawDataMemory.Span.SequenceEqual(element.Certificate.RawDataMemory.Span)));
        }
        finally
        {
            // They are copies, which the chain leaves to the garbage collector.
            foreach (var element in chain.ChainElements)
            {
                element.Certificate.Dispose();
            }
        }
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
            chain[0].Dispose();
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
