using System.Security.Cryptography;

namespace SlaveAgent.Packages;

/// <summary>Reads as much of ASCII armoured OpenPGP keys (RFC 9580) as a comparison of their fingerprints takes. Pure.</summary>
public static class OpenPgpKeys
{
    /// <summary>With this an armoured public key begins.</summary>
    public const string Begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
    private const string End = "-----END PGP PUBLIC KEY BLOCK-----";
    private const int PublicKeyTag = 6;

    /// <returns>The fingerprint of each primary key, in capital hexadecimal digits; null when the text is not wholly understood.</returns>
    public static IReadOnlyList<string>? Fingerprints(string text)
    {
        var found = new List<string>();
        for (var at = text.IndexOf(Begin, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Begin, at, StringComparison.Ordinal))
        {
            var end = text.IndexOf(End, at, StringComparison.Ordinal);
            if (end < 0 || Decode(text[(at + Begin.Length)..end]) is not { } packets || !TryAdd(packets, found))
            {
                return null;
            }

            at = end;
        }

        return found.Count > 0 ? found : null;
    }

    /// <summary>Headers, an empty line, the data in base64, and a checksum that begins with an equals sign.</summary>
    private static byte[]? Decode(string block)
    {
        var lines = block.Split('\n').Select(line => line.Trim()).ToList();
        var data = lines.Skip(1).SkipWhile(line => line.Contains(':', StringComparison.Ordinal)).Where(line => line.Length > 0 && line[0] != '=');
        try
        {
            return Convert.FromBase64String(string.Concat(data));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static bool TryAdd(ReadOnlySpan<byte> packets, List<string> found)
    {
        while (packets.Length > 0)
        {
            if (ReadHeader(packets) is not var (tag, header, length) || length > packets.Length - header)
            {
                return false;
            }

            if (tag == PublicKeyTag)
            {
                if (FingerprintOf(packets.Slice(header, length)) is not { } fingerprint)
                {
                    return false;
                }

                found.Add(fingerprint);
            }

            packets = packets[(header + length)..];
        }

        return true;
    }

    /// <returns>Null for a header that no key has, such as one of a packet in parts.</returns>
    private static (int Tag, int Header, int Length)? ReadHeader(ReadOnlySpan<byte> packet)
    {
        if ((packet[0] & 0x80) == 0)
        {
            return null;
        }

        if ((packet[0] & 0x40) == 0)
        {
            var size = 1 << (packet[0] & 3);
            return size <= 4 && packet.Length > size && Number(packet.Slice(1, size)) is { } length ? ((packet[0] >> 2) & 15, 1 + size, length) : null;
        }

        var tag = packet[0] & 63;
        return packet.Length < 2 ? null
            : packet[1] < 192 ? (tag, 2, packet[1])
            : packet[1] < 224 && packet.Length > 2 ? (tag, 3, ((packet[1] - 192) << 8) + packet[2] + 192)
            : packet[1] == 255 && packet.Length > 5 && Number(packet.Slice(2, 4)) is { } longer ? (tag, 6, longer)
            : null;
    }

    private static int? Number(ReadOnlySpan<byte> bytes)
    {
        long number = 0;
        foreach (var b in bytes)
        {
            number = (number << 8) | b;
        }

        return number <= int.MaxValue ? (int)number : null;
    }

    /// <summary>Of a key of version 4 or 6; others are not in use for repositories.</summary>
    private static string? FingerprintOf(ReadOnlySpan<byte> body)
    {
        byte[] length = body.Length == 0 ? [] : body[0] switch
        {
            4 when body.Length <= ushort.MaxValue => [0x99, (byte)(body.Length >> 8), (byte)body.Length],
            6 => [0x9b, (byte)(body.Length >> 24), (byte)(body.Length >> 16), (byte)(body.Length >> 8), (byte)body.Length],
            _ => [],
        };
        return length.Length == 0 ? null : Convert.ToHexString(length[0] == 0x99 ? Sha1([.. length, .. body]) : SHA256.HashData([.. length, .. body]));
    }

#pragma warning disable CA5350 // The fingerprint of a key of version 4 is defined as its SHA-1.
    private static byte[] Sha1(byte[] data) => SHA1.HashData(data);
#pragma warning restore CA5350
}
