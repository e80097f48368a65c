using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SlaveAgent.Tests.Support;

/// <summary>A certificate authority of the test's own, and what it issues.</summary>
internal sealed class TestCertificates : IDisposable
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    private readonly X509Certificate2 _issuer;
    private readonly X509Certificate2? _root;

    /// <param name="intermediate">Whether another certificate stands between the authority and what it issues.</param>
    /// <param name="daysLeft">Of what it issues with, also of the certificate between.</param>
    public TestCertificates(bool intermediate = false, int daysLeft = 30)
    {
        var root = Authority($"test root {Guid.NewGuid()}", null);
        AuthorityPem = root.ExportCertificatePem();
        _issuer = intermediate ? Authority("test intermediate", root, daysLeft) : root;
        _root = intermediate ? root : null;
    }

    /// <summary>The authority, as for <c>k2hr3.ca_file</c>.</summary>
    public string AuthorityPem { get; }

    /// <summary>The certificate between, empty without one.</summary>
    public string IntermediatePem => _root is null ? string.Empty : _issuer.ExportCertificatePem();

    /// <summary>For a server on loopback.</summary>
    /// <param name="name">Null: its address 127.0.0.1.</param>
    /// <param name="days">That it has left, less its age.</param>
    public X509Certificate2 Server(string? name = null, TimeSpan? age = null, int days = 1)
    {
        var (certificate, key) = Issue("server", ServerUse, name, age ?? TimeSpan.Zero, days);
        using var both = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(both.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>For an agent, as PEM.</summary>
    public (string Certificate, string Key) Client(string name)
    {
        var (certificate, key) = Issue(name, ClientUse, null, TimeSpan.Zero);
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>Whether a certificate that a client showed, with those it sent along, was issued here.</summary>
    public bool IsIssuedHere(X509Certificate2? certificate, X509Chain? sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.CustomTrustStore.Add(_root ?? _issuer);
        chain.ChainPolicy.ExtraStore.AddRange(sent?.ChainPolicy.ExtraStore ?? []);
        return certificate is not null && chain.Build(certificate);
    }

    public void Dispose()
    {
        _issuer.Dispose();
        _root?.Dispose();
    }

    private static X509Certificate2 Authority(string name, X509Certificate2? issuer, int daysLeft = 30)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-29), DateTimeOffset.UtcNow.AddDays(daysLeft));
        return issuer is null ? request.CreateSelfSigned(from, to) : request.Create(issuer, from, to, [1, 2, 3]).CopyWithPrivateKey(key);
    }

    private (X509Certificate2 Certificate, ECDsa Key) Issue(string name, string use, string? host, TimeSpan age, int days = 1)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (host is null)
        {
            names.AddIpAddress(IPAddress.Loopback);
        }
        else
        {
            names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        var until = DateTimeOffset.UtcNow.AddDays(days) - age;

        // Not by the issuer's certificate, which would have to outlive it.
        var signer = X509SignatureGenerator.CreateForECDsa(_issuer.GetECDsaPrivateKey()!);
        return (request.Create(_issuer.SubjectName, signer, until.AddDays(-days - 1), until, RandomNumberGenerator.GetBytes(8)), key);
    }
}
