using System.Globalization;
using System.Text;
using SlaveAgent.Sandbox.Cluster;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// DUMP, in the recorded layout (Fixtures/chmpx/DUMP.txt). What the stand-in has is true: the configuration's revision, the
/// nodes, and <c>sock</c>, the one proof of a connection. Addresses, queues and counts are those of the recording.
/// </summary>
internal static class DumpText
{
    private const ulong FirstServer = 0xf080;
    private const ulong ServerSize = 0x6898;

    public static string Of(SlaveState state)
    {
        var active = state.Active;
        var self = state.Self;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $$"""
            ==========================================================================
            Shared memory file path   = /var/lib/antpickax/{{active.Group}}-{{self.ControlPort}}.chmpx
            Shared memory file size   = 7094936
            Shared memory file fd     = 5
            Shared memory file Object = 0x7faee4e00000
            Configuration object      = 0x562f5e444750
            K2HASH Object             = /var/lib/antpickax/{{active.Group}}-{{self.ControlPort}}.k2h
            ==========================================================================
            Shared memory file Object
            --------------------------------------------------------------------------
            CHMINFO version      = CHMINFO_VERSION 1.1
            CHMINFO size         = 34704
            pid                  = {{Environment.ProcessId}}
            start_time           = {{state.Started.ToUnixTimeSeconds()}}
            chmpxid_type         = {{active.IdType.ToLowerInvariant()}}
            is_random_deliver    = {{Flag(active.IsRandom)}}
            automerge in conf    = yes
            suspend automerge    = no
            domerge in conf      = yes
            SSL/TLS min version  = (default)
            NSSDB dir path       = 
            socket thread count  = 8
            MQ thread count      = 8
            max_mqueue           = 136
            chmpx_mqueue         = 8
            max_q_per_chmpxmq    = 8
            max_q_per_cltmq      = 8
            max_mq_per_client    = 16
            mq_per_attach        = 8
            mq_ack               = false
            Max socket pool      = 16
            sock pool timeout    = 0
            sock retry count     = 500
            sock timeout         = 10000
            connect timeout      = 1000
            MQ retry count       = 10000
            MQ timeout           = 500
            merge timeout        = 0
            base_msgid           = 9182782942345166848
            chmpx_msg_count      = 8

            """);
        AppendMessages(text);
        text.Append(
            """
            activated_msg_count  = 0
            activated_msgs       = 0
            assigned_msg_count   = 0
            assigned_msgs        = 0
            free_msg_count       = 128
            free_msgs            = 0x6930e8
            last_msgid_chmpx     = 0xffffffffffffffff
            last_msgid_activated = 0xffffffffffffffff
            last_msgid_assigned  = 0xffffffffffffffff

            """);
        text.Append(CultureInfo.InvariantCulture,
            $$"""
            chmpx_man{
              group              = {{active.Group}}
              cfg_revision       = {{active.Revision}}
              cfg_date           = {{active.Date}}
              replica_count      = 1
              chmpx_count        = 256
              chmpxid_map[4096]

            """);
        AppendRing(text, "chmpx_base_srvs ", "0x691fe8", state.Servers.Where(server => server.Hash != ServerView.NoHash));
        AppendRing(text, "chmpx_pend_srvs ", "0x6927e8", state.Servers);
        text.Append("  chmpx_self         = 0x87e8\n  {\n");
        AppendNode(text, "    ", self, "slave", ServerView.NoHash, "-1", "12", state.Started, RingStatus.Up);
        text.Append("  }\n");
        text.Append(CultureInfo.InvariantCulture, $"  chmpx_bhash_count  = {state.Servers.Count(server => server.Hash != ServerView.NoHash)}\n");
        text.Append(CultureInfo.InvariantCulture, $"  chmpx_server_count = {state.Servers.Count}\n");
        AppendServers(text, state.Servers);
        text.Append(
            """
              chmpx_slave_count  = 0
              chmpx_slaves       = 0
              chmpx_free_count   = 252
              chmpx_frees        = 0x22a48
              sock_free_count    = 8189
              sock_frees         = 0x6942e0
              is_operating       = no
              last_chmpxid       = 0xffffffffffffffff
              server_stat{
                total_sent_count     = 0
                total_received_count = 0
                total_body_bytes     = 0
                min_body_bytes       = 0
                max_body_bytes       = 0
                total_elapsed_time   = 0s 0ns
                min_elapsed_time     = 0s 0ns
                max_elapsed_time     = 0s 0ns
              }
              slave_stat{
                total_sent_count     = 0
                total_received_count = 0
                total_body_bytes     = 0
                min_body_bytes       = 0
                max_body_bytes       = 0
                total_elapsed_time   = 0s 0ns
                min_elapsed_time     = 0s 0ns
                max_elapsed_time     = 0s 0ns
              }
            }
            rel_chmpxmsgarea     = 0x692fe8
            client_pids          = 0
            free_pids            = 0x6940e8
            k2hash full map      = yes
            init k2h mask bit    = 4
            init k2h cmask bit   = 8
            k2hash max element   = 16
            history log count    = 0
            ==========================================================================

            """);
        return text.ToString();
    }

    private static void AppendMessages(StringBuilder text)
    {
        const int count = 8;
        const ulong first = 0x6930c8;
        text.Append("chmpx_msgs           = 0x6930c8\n{\n");
        for (var index = 0; index < count; index++)
        {
            var address = first - (ulong)index * 0x20;
            text.Append(CultureInfo.InvariantCulture,
                $$"""
                  [{{index}}] = {
                    prev = {{ChmpxText.DumpHex(index == 0 ? 0 : address + 0x20)}}
                    next = {{ChmpxText.DumpHex(index == count - 1 ? 0 : address - 0x20)}}
                    msghead{
                      msgid  = {{ChmpxText.Hex(0x7f6fcc6f00000007 - (ulong)index)}}
                      pid    = {{Environment.ProcessId}}
                      flag   = 0x7 - [Chmpx][Assigned][Activated]
                    }
                  }

                """);
        }
        text.Append("}\n");
    }

    private static void AppendRing(StringBuilder text, string name, string address, IEnumerable<ServerView> servers)
    {
        var members = servers.ToList();
        text.Append(CultureInfo.InvariantCulture, $"  {name}   = {address}\n  [{members.Count}] {{\n");
        foreach (var (index, server) in members.Index())
        {
            text.Append(CultureInfo.InvariantCulture,
                $"    [{index}] = {ChmpxText.Hex(server.Hash == ServerView.NoHash ? ServerView.NoHash : ChmpxText.Id(server.Node.Seed))}\n");
        }
        text.Append("  }\n");
    }

    private static void AppendServers(StringBuilder text, List<ServerView> servers)
    {
        if (servers.Count == 0)
        {
            text.Append("  chmpx_servers      = 0\n");
            return;
        }
        text.Append(CultureInfo.InvariantCulture, $"  chmpx_servers      = {ChmpxText.Hex(FirstServer)}\n  {{\n");
        foreach (var (index, server) in servers.Index())
        {
            var address = FirstServer + (ulong)index * ServerSize;
            var next = ChmpxText.DumpHex(index == servers.Count - 1 ? 0 : address + ServerSize);
            text.Append(CultureInfo.InvariantCulture,
                $"    [{index}] = {{\n      prev = {ChmpxText.DumpHex(index == 0 ? 0 : address - ServerSize)}\n      next = {next}\n      same = {next}\n      chmpx{{\n");
            AppendNode(text, "        ", server.Node, "server", server.Hash, server.Sockets, "-1", server.LastUpdate, server.Status);
            text.Append("      }\n    }\n");
        }
        text.Append("  }\n");
    }

    private static void AppendNode(
        StringBuilder text, string indent, ChmpxNode node, string mode, ulong hash, string sockets, string listening,
        DateTimeOffset updated, RingStatus status)
    {
        foreach (var (name, value) in (IEnumerable<(string, string)>)
        [
            ("chmpxid", ChmpxText.Hex(ChmpxText.Id(node.Seed))),
            ("name", node.Name),
            ("mode", mode),
            ("base_hash", ChmpxText.DumpHex(hash)),
            ("pending_hash", ChmpxText.DumpHex(hash)),
            ("port", $"{node.Port}"),
            ("ctlport", $"{node.ControlPort}"),
            ("cuk", node.Cuk),
            ("custom_seed", node.Seed),
            ("endpoints", node.Endpoints),
            ("ctlendpoints", node.ControlEndpoints),
            ("forward_peers", node.ForwardPeers),
            ("reverse_peers", node.ReversePeers),
            ("is_ssl", Flag(node.Ssl)),
            ("verify_peer", Flag(false)),
            ("is_ca_file", Flag(false)),
            ("capath", ""),
            ("server_cert", ""),
            ("server_prikey", ""),
            ("slave_cert", ""),
            ("slave_prikey", ""),
            ("sock", sockets),
            ("ctlsock", "-1"),
            ("selfsock", "-1"),
            ("selfctlsock", listening),
            ("last_status_time", $"{ChmpxText.Stamp(updated)}"),
            ("status", ChmpxText.Status(status)),
        ])
        {
            text.Append(indent).Append(name.PadRight(16)).Append(" = ").Append(value).Append('\n');
        }
    }

    private static string Flag(bool value) => value ? "true" : "false";
}
