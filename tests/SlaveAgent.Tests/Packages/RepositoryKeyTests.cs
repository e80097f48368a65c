using System.Security.Cryptography;
using SlaveAgent.Packages;
using SlaveAgent.Settings;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Packages;

/// <summary>Where the repository's key may come from, and which keys are taken.</summary>
public sealed class RepositoryKeyTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_key_with_a_pinned_fingerprint_is_taken_and_any_other_refused()
    {
        var (own, other) = (Key(1), Key(2));
        var file = Armoured(own.Packet);
        _directory.Put("key", file);
        Assert.Equal(file, (await ReadAsync(own.Fingerprint)).Key);
        Assert.Equal(file, (await ReadAsync(other.Fingerprint, own.Fingerprint)).Key);
        Assert.Equal(file, (await ReadAsync()).Key);
        Assert.Contains(own.Fingerprint, (await ReadAsync(other.Fingerprint)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_key_in_the_same_file_is_not_trusted_along_with_the_pinned_one()
    {
        var (own, other) = (Key(1), Key(2));
        foreach (var text in new[] { Armoured([.. own.Packet, .. other.Packet]), Armoured(own.Packet) + Armoured(other.Packet) })
        {
            _directory.Put("key", text);
            Assert.Contains(other.Fingerprint, (await ReadAsync(own.Fingerprint)).Problem, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>not found</html>")]
    [InlineData("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nAAAA\n-----END PGP PUBLIC KEY BLOCK-----\n")]
    [InlineData("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n!!!!\n-----END PGP PUBLIC KEY BLOCK-----\n")]
    [InlineData("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQEN\n")]
    public async Task What_is_not_understood_is_not_the_pinned_key(string text)
    {
        _directory.Put("key", text);
        Assert.Null((await ReadAsync(Key(1).Fingerprint)).Key);
    }

    [Fact]
    public async Task The_real_gpg_says_the_same_of_a_fingerprint()
    {
        const string Script =
            "export GNUPGHOME=\"$0/gnupg\"; mkdir -m 700 \"$GNUPGHOME\"; gpg --batch --quiet --passphrase '' --quick-generate-key 'a <a@example.org>' rsa2048 sign never 2>/dev/null && "
            + "gpg --batch --armor --export 2>/dev/null >\"$0/key\" && gpg --batch --with-colons --list-keys 2>/dev/null | sed -n 's/^fpr:*\\([0-9A-F]*\\):/\\1/p' | head -n 1; gpgconf --kill all 2>/dev/null";
        var result = await new SlaveAgent.Hosting.CommandRunner(TimeProvider.System).RunAsync("sh", ["-c", Script, _directory.At("")], TimeSpan.FromMinutes(2), Cancel);
        Assert.SkipUnless(result.Output.Trim().Length == 40, "gpg is not there, or makes no key");
        Assert.Equal([result.Output.Trim()], OpenPgpKeys.Fingerprints(await File.ReadAllTextAsync(_directory.At("key"), Cancel)));
    }

    [Theory]
    [InlineData("key: http://mirror.example/gpgkey", "packages.antpickax.key", SettingsCode.BadKeySource)]
    [InlineData("key: ftp://mirror.example/gpgkey", "packages.antpickax.key", SettingsCode.BadKeySource)]
    [InlineData("key: not a key", "packages.antpickax.key", SettingsCode.BadKeySource)]
    [InlineData("key: etc/key", "packages.antpickax.key", SettingsCode.BadKeySource)]
    [InlineData("key: https://user:secret@mirror.example/gpgkey", "packages.antpickax.key", SettingsCode.BadKeySource)]
    [InlineData("uri: http://mirror.example/antpickax", "packages.antpickax.uri", SettingsCode.BadKeySource)]
    [InlineData("key_fingerprint: 1234", "packages.antpickax.key_fingerprint", SettingsCode.NotAFingerprint)]
    [InlineData("key_fingerprint: [0123456789ABCDEF0123456789ABCDEF01234567, x]", "packages.antpickax.key_fingerprint", SettingsCode.NotAFingerprint)]
    [InlineData("distribution: \"bookworm\\nURIs: http://evil/\"", "packages.antpickax.distribution", SettingsCode.NotADistribution)]
    [InlineData("distribution: ''", "packages.antpickax.distribution", SettingsCode.NotADistribution)]
    [InlineData("distribution: ../x", "packages.antpickax.distribution", SettingsCode.NotADistribution)]
    public void A_wrong_value_is_refused_with_file_and_line(string line, string setting, SettingsCode code)
    {
        _directory.Put("agent.yaml", $"packages:\n  antpickax:\n    {line}\n");
        var refused = Assert.Throws<SettingsException>(() => SettingsLoader.Load(_directory.At("agent.yaml"), _directory.At("conf.d"), []));
        Assert.Equal((code, new SettingPlace(_directory.At("agent.yaml"), 3), setting), (refused.Code, refused.Place, refused.Name));
    }

    [Fact]
    public void A_fingerprint_is_read_as_people_write_it()
    {
        _directory.Put("agent.yaml", "packages:\n  antpickax:\n    key_fingerprint: 0123 4567 89ab cdef 0123  4567 89AB CDEF 0123 4567\n    uri: http://mirror.example/x\n    key: /etc/key.asc\n");
        var settings = SettingsLoader.Load(_directory.At("agent.yaml"), _directory.At("conf.d"), []).Packages;
        Assert.Equal(["0123456789ABCDEF0123456789ABCDEF01234567"], settings.KeyFingerprints);
        Assert.Equal("/etc/key.asc", settings.RepositoryKey);
    }

    private Task<(string? Key, string? Problem)> ReadAsync(params string[] fingerprints) => new RepositoryKey(_directory.Root, "/key", fingerprints).ReadAsync(Cancel);

    /// <summary>A public key packet of version 4, and a user id that nothing is read from.</summary>
    private static (byte[] Packet, string Fingerprint) Key(byte number)
    {
        byte[] body = [4, 0, 0, 0, number, 1, 0, 8, 0x80 + 1, 0, 2, 3];
#pragma warning disable CA5350 // So is the fingerprint of a key of version 4 defined.
        var fingerprint = Convert.ToHexString(SHA1.HashData([0x99, 0, (byte)body.Length, .. body]));
#pragma warning restore CA5350
        return ([0x98, (byte)body.Length, .. body, 0xb4, 1, (byte)'a'], fingerprint);
    }

    private static string Armoured(byte[] packets) =>
        $"-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: a test\n\n{Convert.ToBase64String(packets)}\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n";
}
