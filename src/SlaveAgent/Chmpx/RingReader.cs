using System.Buffers.Text;
using System.Collections.Immutable;
using System.Text;

namespace SlaveAgent.Chmpx;

/// <summary>
/// Reads the answer to DUMP. It goes over the bytes as they came, and only where they differ from the last answer's (<see cref="ControlPort"/>).
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
        var head = default(Head);
        var servers = ImmutableArray.CreateBuilder<RingServer>();
        var block = Block.Head;
        var self = default(Draft);
        var server = default(Draft);
        bool? hasPrograms = null;
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
                case Block.Head when key.SequenceEqual("chmpx_self"u8):
                    block = Block.Self;
                    break;
                case Block.Head:
                    head.Take(key, value);
                    break;
                case Block.Self when key.SequenceEqual("chmpx_servers"u8):
                    block = Block.Servers;
                    break;
                case Block.Self:
                    self.Take(key, value);
                    break;
                case Block.Servers when key.SequenceEqual("chmpx_slave_count"u8):
                    block = Block.Tail;
                    break;
                case Block.Servers when server.Take(key, value) is { } whole:
                    servers.Add(whole);
                    server = default;
                    break;
                case Block.Tail when key.SequenceEqual("client_pids"u8):
                    hasPrograms = !value.SequenceEqual("0"u8);
                    break;
                default:
                    break;
            }
        }

        // chmpx_server_count is no measure: chmpx's threads can leave it higher than the list it counts (seen on 1.0.113).
        return block == Block.Tail && head.Revision is { } known
            ? new RingView(known, servers.ToImmutable())
            {
                Process = head.Process,
                Group = head.Group ?? string.Empty,
                IdType = head.IdType ?? string.Empty,
                IsRandomDeliver = head.IsRandomDeliver,
                SelfCuk = self.Cuk,
                Self = self.Loaded,
                HasPrograms = hasPrograms,
            }
            : null;
    }

    private static int? Number(ReadOnlySpan<byte> value) =>
        Utf8Parser.TryParse(value, out int number, out var used) && used == value.Length ? number : null;

    private static bool IsTrue(ReadOnlySpan<byte> value) => value.SequenceEqual("true"u8);

    /// <summary>What stands before the first node.</summary>
    private struct Head
    {
        private int? _pid;
        private long? _startTime;

        public int? Revision { get; private set; }

        public string? Group { get; private set; }

        public string? IdType { get; private set; }

        public bool? IsRandomDeliver { get; private set; }

        public readonly ChmpxProcess Process => new(_pid ?? 0, _startTime ?? 0);

        public void Take(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
            if (key.SequenceEqual("cfg_revision"u8))
            {
                Revision = Number(value);
            }
            else if (key.SequenceEqual("pid"u8))
            {
                // The messages that follow have one each; the first is the process's own.
                _pid ??= Number(value);
            }
            else if (key.SequenceEqual("start_time"u8))
            {
                _startTime ??= Utf8Parser.TryParse(value, out long time, out _) ? time : null;
            }
            else if (key.SequenceEqual("group"u8))
            {
                Group = Encoding.UTF8.GetString(value);
            }
            else if (key.SequenceEqual("chmpxid_type"u8))
            {
                IdType = Encoding.UTF8.GetString(value).ToLowerInvariant();
            }
            else if (key.SequenceEqual("is_random_deliver"u8))
            {
                IsRandomDeliver = IsTrue(value);
            }
        }
    }

    /// <summary>A node while its lines come in; <c>status</c> is the last of them.</summary>
    private struct Draft
    {
        private string? _name;
        private string? _cuk;
        private int? _controlPort;
        private string? _sockets;
        private int? _port;
        private bool _tls;
        private bool _verifies;
        private string? _authority;
        private string? _serverCertificate;
        private string? _serverKey;
        private string? _slaveCertificate;
        private string? _slaveKey;

        public readonly string Cuk => _cuk ?? string.Empty;

        public readonly LoadedNode? Loaded => _port is { } port && _slaveKey is not null
            ? new LoadedNode(
                port,
                _tls,
                _verifies,
                _authority ?? string.Empty,
                _serverCertificate ?? string.Empty,
                _serverKey ?? string.Empty,
                _slaveCertificate ?? string.Empty,
                _slaveKey)
            : null;

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
                _sockets = value.Length > 0 && !value.StartsWith("-1"u8) ? Encoding.UTF8.GetString(value) : null;
            }
            else if (key.SequenceEqual("status"u8) && _name is not null && _controlPort is > 0 and var port)
            {
                return new RingServer(
                    NodeKey.Of(_cuk ?? string.Empty, port, _name),
                    _name,
                    value.IndexOf("[SERVICE IN]"u8) >= 0,
                    value.IndexOf("[UP]"u8) >= 0,
                    _sockets is not null)
                {
                    Sockets = _sockets ?? string.Empty,
                    Loaded = Loaded,
                };
            }
            else
            {
                TakeLoaded(key, value);
            }

            return null;
        }

        private void TakeLoaded(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
            if (key.SequenceEqual("port"u8))
            {
                _port = Number(value);
            }
            else if (key.SequenceEqual("is_ssl"u8))
            {
                _tls = IsTrue(value);
            }
            else if (key.SequenceEqual("verify_peer"u8))
            {
                _verifies = IsTrue(value);
            }
            else if (key.SequenceEqual("capath"u8))
            {
                _authority = Path(value);
            }
            else if (key.SequenceEqual("server_cert"u8))
            {
                _serverCertificate = Path(value);
            }
            else if (key.SequenceEqual("server_prikey"u8))
            {
                _serverKey = Path(value);
            }
            else if (key.SequenceEqual("slave_cert"u8))
            {
                _slaveCertificate = Path(value);
            }
            else if (key.SequenceEqual("slave_prikey"u8))
            {
                _slaveKey = Path(value);
            }
        }

        private static string Path(ReadOnlySpan<byte> value) => value.IsEmpty ? string.Empty : Encoding.UTF8.GetString(value);
    }
}
