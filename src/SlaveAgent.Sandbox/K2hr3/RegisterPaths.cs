using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>
/// The opaque string that identifies a role and its token in a userdata URL: encrypted, base64, percent-encoded.
/// Only the service that created it can read it, so the cipher is private to this service.
/// </summary>
internal sealed class RegisterPaths : IDisposable
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly AesGcm _cipher = new(RandomNumberGenerator.GetBytes(32), TagSize);

    public string Encode(Yrn role, string token)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(new Content(role.ToString(), token));
        var sealedBytes = new byte[NonceSize + TagSize + plain.Length];
        var nonce = sealedBytes.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        _cipher.Encrypt(nonce, plain, sealedBytes.AsSpan(NonceSize + TagSize), sealedBytes.AsSpan(NonceSize, TagSize));
        return Uri.EscapeDataString(Convert.ToBase64String(sealedBytes));
    }

    public (Yrn Role, string Token)? Decode(string path)
    {
        try
        {
            var bytes = Convert.FromBase64String(Uri.UnescapeDataString(path));
            if (bytes.Length <= NonceSize + TagSize)
            {
                return null;
            }
            var plain = new byte[bytes.Length - NonceSize - TagSize];
            _cipher.Decrypt(bytes.AsSpan(0, NonceSize), bytes.AsSpan(NonceSize + TagSize), bytes.AsSpan(NonceSize, TagSize), plain);
            return JsonSerializer.Deserialize<Content>(Encoding.UTF8.GetString(plain)) is { } content
                && Yrn.Parse(content.Role, "role") is { } role
                ? (role, content.Token)
                : null;
        }
        catch (Exception e) when (e is FormatException or CryptographicException or JsonException)
        {
            return null;
        }
    }

    public void Dispose() => _cipher.Dispose();

    private sealed record Content(string Role, string Token);
}
