using System.Globalization;
using System.Text;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// DUMP, in the recorded layout (Fixtures/chmpx/DUMP.txt). The values that the stand-in has are actual ones: the configuration's revision, the
/// nodes, and <c>sock</c>, the only evidence of a connection. Addresses, queues and counts are those of the recording.
/// </summary>
internal static class DumpText
{
    private const ulong FirstServer = 0xf080;
    private const ulong ServerSize = 0x6898;

    public static string Of(SharedMemory memory)
    {
        var path = Path.Combine(memory.Directory, memory.FileName);
        var queues = memory.Queues;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $$"""
            ==========================================================================
            Shared memory file path   = {{path}}
            Shared memory file size   = 7094936
            Shared memory file fd     = 5
            Shared memory file Object = 0x7faee4e00000
            Configuration object      = 0x562f5e444750
            K2HASH Object             = {{Path.ChangeExtension(path, "k2h")}}
            ==========================================================================
            Shared memory file Object
            --------------------------------------------------------------------------
            CHMINFO version      = CHMINFO_VERSION 1.1
            CHMINFO size         = 34704
            pid                  = {{memory.ProcessId}}
            start_time           = {{memory.Started.ToUnixTimeSeconds()}}
            chmpxid_type         = {{memory.IdType.ToLowerInvariant()}}
            is_random_deliver    = {{Flag(memory.IsRandom)}}
            automerge in conf    = yes
            suspend automerge    = no
            domerge in conf      = yes
            SSL/TLS min version  = (default)
            NSSDB dir path       = 
            socket thread count  = 8
            MQ thread count      = 8
            max_mqueue           = {{queues.Server + queues.Client}}
            chmpx_mqueue         = {{queues.Server}}
            max_q_per_chmpxmq    = {{queues.PerServer}}
            max_q_per_cltmq      = {{queues.PerClient}}
            max_mq_per_client    = {{queues.PerClientProcess}}
            mq_per_attach        = {{queues.PerAttach}}
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
        AppendMessages(text, memory.ProcessId);
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
              group              = {{memory.Group}}
              cfg_revision       = {{memory.Revision}}
              cfg_date           = {{memory.Date}}
              replica_count      = 1
              chmpx_count        = {{queues.Nodes}}
              chmpxid_map[4096]

            """);
        AppendRing(text, "chmpx_base_srvs ", "0x691fe8", memory.Servers.Where(server => server.Hash != NodeStatus.NoHash));
        AppendRing(text, "chmpx_pend_srvs ", "0x6927e8", memory.Servers);
        text.Append("  chmpx_self         = 0x87e8\n  {\n");
        AppendNode(text, "    ", memory.Self, memory.IsServer ? "server" : "slave", "12");
        text.Append("  }\n");
        text.Append(CultureInfo.InvariantCulture, $"  chmpx_bhash_count  = {memory.Servers.Count(server => server.Hash != NodeStatus.NoHash)}\n");
        text.Append(CultureInfo.InvariantCulture, $"  chmpx_server_count = {memory.Servers.Count}\n");
        AppendServers(text, memory.Servers);
        text.Append(CultureInfo.InvariantCulture,
            $$"""
              chmpx_slave_count  = {{memory.Slaves}}
              chmpx_slaves       = {{(memory.Slaves == 0 ? "0" : "0x24648")}}
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
            client_pids          = {{(memory.HasClients ? "0x694100" : "0")}}
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

    private static void AppendMessages(StringBuilder text, int processId)
    {
        const int Count = 8;
        const ulong First = 0x6930c8;
        text.Append("chmpx_msgs           = 0x6930c8\n{\n");
        for (var index = 0; index < Count; index++)
        {
            var address = First - (ulong)index * 0x20;
            text.Append(CultureInfo.InvariantCulture,
                $$"""
                  [{{index}}] = {
                    prev = {{ChmpxText.DumpHex(index == 0 ? 0 : address + 0x20)}}
                    next = {{ChmpxText.DumpHex(index == Count - 1 ? 0 : address - 0x20)}}
                    msghead{
                      msgid  = {{ChmpxText.Hex(0x7f6fcc6f00000007 - (ulong)index)}}
                      pid    = {{processId}}
                      flag   = 0x7 - [Chmpx][Assigned][Activated]
                    }
                  }

                """);
        }
        text.Append("}\n");
    }

    private static void AppendRing(StringBuilder text, string name, string address, IEnumerable<NodeStatus> servers)
    {
        var members = servers.ToList();
        text.Append(CultureInfo.InvariantCulture, $"  {name}   = {address}\n  [{members.Count}] {{\n");
        foreach (var (index, server) in members.Index())
        {
            text.Append(CultureInfo.InvariantCulture,
                $"    [{index}] = {ChmpxText.Hex(server.Hash == NodeStatus.NoHash ? NodeStatus.NoHash : ChmpxText.Id(server.Node.Seed))}\n");
        }
        text.Append("  }\n");
    }

    private static void AppendServers(StringBuilder text, IReadOnlyList<NodeStatus> servers)
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
            AppendNode(text, "        ", server, "server", "-1");
            text.Append("      }\n    }\n");
        }
        text.Append("  }\n");
    }

    private static void AppendNode(StringBuilder text, string indent, NodeStatus shown, string mode, string listening)
    {
        var (node, status, hash, updated, sockets) = shown;
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
            ("is_ssl", Flag(node.Tls.IsOn)),
            ("verify_peer", Flag(node.Tls.VerifiesPeer)),
            ("is_ca_file", Flag(File.Exists(node.Tls.CaPath))),
            ("capath", node.Tls.CaPath),
            ("server_cert", node.Tls.ServerCertificate),
            ("server_prikey", node.Tls.ServerKey),
            ("slave_cert", node.Tls.SlaveCertificate),
            ("slave_prikey", node.Tls.SlaveKey),
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
