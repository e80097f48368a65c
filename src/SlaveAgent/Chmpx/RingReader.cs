using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;

namespace SlaveAgent.Chmpx;

/// <summary>
/// Reads the answer to DUMP (exchanges/chmpx/DUMP.txt). It goes over the bytes as they came, once a second for ever, and makes strings only for the
/// servers' names.
/// </summary>
public static class RingReader
{
    private enum Block
    {
        Head,
        Self,
        Servers,
        Tail,
    }

    /// <summary>The view, or null when the answer is cut off or is something else.</summary>
    public static RingView? TryRead(ReadOnlySpan<byte> answer)
    {
        int? revision = null;
        var servers = ImmutableArray.CreateBuilder<RingServer>();
        var block = Block.Head;
        var server = default(Draft);
        foreach (var range in answer.Split((byte)'\n'))
        {
            var line = answer[range].Trim(" \t\r"u8);
            var parting = line.IndexOf((byte)'=');
            if (parting < 0)
            {
                continue;
            }

            var key = line[..parting].TrimEnd((byte)' ');
            var value = line[(parting + 1)..].TrimStart((byte)' ');
            switch (block)
            {
                case Block.Head when key.SequenceEqual("cfg_revision"u8):
                    revision = Number(value);
                    break;
                case Block.Head when key.SequenceEqual("chmpx_self"u8):
                    block = Block.Self;
                    break;
                case Block.Self when key.SequenceEqual("chmpx_servers"u8):
                    block = Block.Servers;
                    break;
                case Block.Servers when key.SequenceEqual("chmpx_slave_count"u8):
                    block = Block.Tail;
                    break;
                case Block.Servers when server.Take(key, value) is { } whole:
                    servers.Add(whole);
                    server = default;
                    break;
                default:
                    break;
            }
        }

        // chmpx_server_count is no measure: chmpx's threads can leave it higher than the list it counts (seen on 1.0.113).
        return block == Block.Tail && revision is { } known ? new RingView(known, servers.ToImmutable()) : null;
    }

    private static int? Number(ReadOnlySpan<byte> value) =>
        Utf8Parser.TryParse(value, out int number, out var used) && used == value.Length ? number : null;

    /// <summary>A server while its lines come in; <c>status</c> is the last of them.</summary>
    private struct Draft
    {
        private string? _name;
        private string? _cuk;
        private int? _controlPort;
        private bool _connected;

        public RingServer? Take(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
            if (key.SequenceEqual("name"u8))
            {
                _name = Encoding.UTF8.GetString(value);
            }
            else if (key.SequenceEqual("cuk"u8))
            {
                _cuk = Encoding.UTF8.GetString(value);
            }
            else if (key.SequenceEqual("ctlport"u8))
            {
                _controlPort = Number(value);
            }
            else if (key.SequenceEqual("sock"u8))
            {
                _connected = value.Length > 0 && !value.StartsWith("-1"u8);
            }
            else if (key.SequenceEqual("status"u8) && _name is not null && _controlPort is > 0 and var port)
            {
                return new RingServer(
                    new NodeKey(_cuk ?? string.Empty, port),
                    _name,
                    value.IndexOf("[SERVICE IN]"u8) >= 0,
                    value.IndexOf("[UP]"u8) >= 0,
                    _connected);
            }

            return null;
        }
    }
}
