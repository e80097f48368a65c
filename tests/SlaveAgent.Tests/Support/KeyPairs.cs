using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SlaveAgent.Tests.Support;

/// <summary>Certificates with their keys, in PEM.</summary>
internal static class KeyPairs
{
    public static (string Certificate, string Key) Make()
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=slave", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
