using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SlaveAgent.Chmpx;
using SlaveAgent.Files;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

public sealed class KeyPairTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_key_belongs_to_its_own_certificate_and_to_no_other()
    {
        var (certificate, key) = Rsa();
        var (otherCertificate, otherKey) = Rsa();
        var (curveCertificate, curveKey) = Curve();
        Assert.True(KeyPair.Fits(certificate, key));
        Assert.True(KeyPair.Fits(curveCertificate, curveKey));
        Assert.False(KeyPair.Fits(certificate, otherKey));
        Assert.False(KeyPair.Fits(otherCertificate, key));
        Assert.False(KeyPair.Fits(certificate, curveKey));
        Assert.False(KeyPair.Fits(curveCertificate, key));
    }

    [Fact]
    public void What_is_no_certificate_or_no_key_does_not_fit()
    {
        var (certificate, key) = Rsa();
        var garbage = _directory.Put("garbage", "hello");
        Assert.False(KeyPair.Fits(garbage, key));
        Assert.False(KeyPair.Fits(certificate, garbage));
        Assert.False(KeyPair.Fits(certificate, certificate));
        using var protectedKey = RSA.Create(2048);
        Assert.False(KeyPair.Fits(certificate, _directory.Put("protected", protectedKey.ExportEncryptedPkcs8PrivateKeyPem("x", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1)))));
    }

    [Fact]
    public void A_file_that_was_cut_or_filled_with_something_else_does_not_fit()
    {
        var (certificate, key) = Rsa();
        var (curveCertificate, curveKey) = Curve();
        foreach (var (whole, other, isKey) in new[] { (key, certificate, true), (curveKey, curveCertificate, true), (certificate, key, false) })
        {
            var text = File.ReadAllText(whole);
            var lines = text.Split('\n');
            string[] broken =
            [
                text[..(text.Length / 2)],
                string.Join('\n', [.. lines[..2], .. lines[^2..]]),
                $"{lines[0]}\n{Convert.ToBase64String(new byte[96])}\n{lines[^1]}",
                $"{lines[0]}\nnot base64, but a message of a server\n{lines[^1]}",
                $"{lines[0]}\n{lines[^1]}",
            ];
            foreach (var wrong in broken.Select(content => _directory.Put("wrong.pem", content)))
            {
                Assert.False(isKey ? KeyPair.Fits(other, wrong) : KeyPair.Fits(wrong, other), File.ReadAllText(wrong));
            }
        }
    }

    [Fact]
    public void What_OpenSSL_knows_and_this_process_does_not_is_not_judged()
    {
        var (certificate, key) = Rsa();
        const string Ed25519Key = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";
        Assert.Null(KeyPair.Fits(certificate, _directory.Put("ed25519.key", Ed25519Key)));
        Assert.Null(KeyPair.Fits(_directory.Put("trusted.crt", File.ReadAllText(certificate).Replace(" CERTIFICATE", " TRUSTED CERTIFICATE", StringComparison.Ordinal)), key));
    }

    [Fact]
    public void What_cannot_be_read_is_not_judged()
    {
        var (certificate, key) = Rsa();
        Assert.Null(KeyPair.Fits(certificate, _directory.At("gone")));
        Assert.Null(KeyPair.Fits(_directory.At("gone"), key));
        Assert.Null(KeyPair.Fits(certificate, _directory.Put("large", new string('x', (1 << 20) + 1))));
    }

    [Fact]
    public async Task What_does_not_fit_ends_the_real_chmpx_and_what_fits_does_not()
    {
        RealChmpx.Require();
        var (certificate, key) = Rsa();
        var (_, otherKey) = Rsa();
        foreach (var (given, runs) in new[] { (key, true), (otherKey, false), (_directory.Put("garbage", "hello"), false), (_directory.Put("cut", File.ReadAllText(key)[..900]), false) })
        {
            var (group, port) = RealChmpx.Identity();
            var tls = $"SSL = yes\nSSL_VERIFY_PEER = yes\nSERVER_CERT = {certificate}\nSERVER_PRIKEY = {key}\nSLAVE_CERT = {certificate}\nSLAVE_PRIKEY = {given}\n";
            var text = RealChmpx.Slave(group, port).Replace("SSL = no\n", string.Empty, StringComparison.Ordinal).Replace("[GLOBAL]\n", $"[GLOBAL]\n{tls}", StringComparison.Ordinal);
            var problems = IniCheck.Check(IniReader.Read(text), HostFiles.Of(new HostRoot("/")));
            Assert.Equal(runs ? [] : [IniCode.KeyDoesNotFit], problems.Select(problem => problem.Code));
            await using var chmpx = RealChmpx.Start(_directory.Put($"{group}.ini", text), group, port);
            Assert.Equal(runs, await chmpx.ComesUpAsync(TestContext.Current.CancellationToken));
        }
    }

    private (string Certificate, string Key) Rsa()
    {
        using var key = RSA.Create(2048);
        return Put(new CertificateRequest("CN=slave", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), key.ExportPkcs8PrivateKeyPem());
    }

    private (string Certificate, string Key) Curve()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Put(new CertificateRequest("CN=slave", key, HashAlgorithmName.SHA256), key.ExportECPrivateKeyPem());
    }

    private (string Certificate, string Key) Put(CertificateRequest request, string key)
    {
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        var name = Guid.NewGuid().ToString("N");
        return (_directory.Put($"{name}.crt", certificate.ExportCertificatePem()), _directory.Put($"{name}.key", key));
    }
}
