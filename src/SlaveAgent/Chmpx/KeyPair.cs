using System.Formats.Asn1;
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
        if (!IsWhole(certificate, "CERTIFICATE") || !IsWhole(key, "PRIVATE KEY") || key.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            return false;
        }

        X509Certificate2 loaded;
        try
        {
            loaded = X509Certificate2.CreateFromPem(certificate);
        }
        catch (CryptographicException)
        {
            // OpenSSL also reads those that are labelled TRUSTED or X509.
            return IsWhole(certificate, " CERTIFICATE") ? null : false;
        }

        using (loaded)
        {
            return Fits(loaded, key);
        }
    }

    private static bool? Fits(X509Certificate2 certificate, string key)
    {
        try
        {
            using AsymmetricAlgorithm? own = certificate.PublicKey.Oid.Value switch
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
            return own.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo());
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            // No PEM of the kind that was looked for, such as an EC key beside an RSA certificate.
            return IsOtherKind(key) ? false : null;
        }
    }

    /// <summary>Whether there is a PEM block of such a label, and what it holds is one whole value of ASN.1: a file that was cut, or half of whose text was replaced, is none.</summary>
    private static bool IsWhole(string text, string labelEnd)
    {
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var found))
        {
            if (rest[found.Label].EndsWith(labelEnd, StringComparison.Ordinal))
            {
                var data = Convert.FromBase64String(rest[found.Base64Data].ToString());
                return AsnDecoder.TryReadEncodedValue(data, AsnEncodingRules.BER, out _, out _, out _, out var length) && length == data.Length;
            }

            rest = rest[found.Location.End..];
        }

        return false;
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
