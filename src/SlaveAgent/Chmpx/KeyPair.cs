using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SlaveAgent.Chmpx;

/// <summary>
/// Whether a private key belongs to a certificate, as chmpx's OpenSSL asks at a start: a rotation that is half finished, or a file that is neither, ends chmpx. What this process
/// may not read, and kinds of keys that it does not know, it does not judge.
/// </summary>
public static class KeyPair
{
    private const string Rsa = "1.2.840.113549.1.1.1";
    private const string EllipticCurve = "1.2.840.10045.2.1";

    /// <summary>Certificates and keys have a few kilobytes; what is larger is not read.</summary>
    private const int Largest = 1 << 20;

    /// <returns>Null when it cannot be told.</returns>
    public static bool? Fits(string certificatePath, string keyPath)
    {
        try
        {
            return Read(certificatePath) is { } certificate && Read(keyPath) is { } key ? FitsText(certificate, key) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? Read(string path) => new FileInfo(path).Length <= Largest ? File.ReadAllText(path) : null;

    private static bool? FitsText(string certificate, string key)
    {
        // chmpx gives no passphrase.
        if (!certificate.Contains("CERTIFICATE-----", StringComparison.Ordinal) || !key.Contains("PRIVATE KEY-----", StringComparison.Ordinal) || key.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            return false;
        }

        try
        {
            using var loaded = X509Certificate2.CreateFromPem(certificate);
            using AsymmetricAlgorithm? own = loaded.PublicKey.Oid.Value switch
            {
                Rsa => RSA.Create(),
                EllipticCurve => ECDsa.Create(),
                _ => null,
            };
            if (own is null)
            {
                return null;
            }

            own.ImportFromPem(key);
            return own.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(loaded.PublicKey.ExportSubjectPublicKeyInfo());
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            // No PEM of the kind that was looked for, such as an EC key beside an RSA certificate.
            return IsOtherKind(key) ? false : null;
        }
    }

    private static bool IsOtherKind(string key)
    {
        foreach (var create in new Func<AsymmetricAlgorithm>[] { RSA.Create, ECDsa.Create })
        {
            using var other = create();
            try
            {
                other.ImportFromPem(key);
                return true;
            }
            catch (Exception e) when (e is ArgumentException or CryptographicException)
            {
                // Not this kind either.
            }
        }

        return false;
    }
}
