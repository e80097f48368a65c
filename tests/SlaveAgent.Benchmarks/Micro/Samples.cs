using System.Globalization;
using System.Text;
using SlaveAgent.Chmpx;

namespace SlaveAgent.Benchmarks.Micro;

/// <summary>Texts as K2HR3 and chmpx give them, for as many servers as one likes.</summary>
internal static class Samples
{
    public const string Cuk = "03c5220e-67a7-4e5f-9a8b-8ae746a08497";

    /// <summary>A role's resource in the layout of DBaaS's own template (K2hr3/README.md, "Configuration template").</summary>
    public static string Resource(int servers)
    {
        var text = new StringBuilder(
            """
            [GLOBAL]
            FILEVERSION         = 1
            DATE                = Thu, 28 May 2020 04:56:20  0000
            GROUP               = mycluster
            MODE                = SLAVE
            CHMPXIDTYPE         = CUSTOM
            DELIVERMODE         = hash
            MAXCHMPX            = 2048
            REPLICA             = 1
            CTLPORT             = 8031
            SELFCTLPORT         = 8031
            SELFCUK             = __SELF_INSTANCE_ID__
            RWTIMEOUT           = 10000
            SSL                 = no

            """);
        for (var number = 1; number <= servers; number++)
        {
            text.Append(CultureInfo.InvariantCulture,
                $"""

                [SVRNODE]
                NAME                = server-node-{number}.novalocal
                CUK                 = cfd6fcc4-cd7f-4ba2-852e-{number:x12}
                PORT                = 8020
                CTLPORT             = 8021
                CUSTOM_ID_SEED      = server-node-{number}.novalocal
                SSL                 = no
                ENDPOINTS           = 10.0.{number / 256}.{number % 256}:8020
                CTLENDPOINTS        = 10.0.{number / 256}.{number % 256}:8021
                REVERSE_PEERS       = 10.0.{number / 256}.{number % 256}

                """);
        }

        return text.Append(CultureInfo.InvariantCulture,
            $"""

            [SLVNODE]
            NAME                = mycluster-slave-node-1
            CUK                 = {Cuk}
            CTLPORT             = 8031
            CUSTOM_ID_SEED      = mycluster-slave-node-1
            SSL                 = no

            """).ToString();
    }

    public static IniDocument Ini(int servers) => IniReader.Read(Resource(servers).Replace("__SELF_INSTANCE_ID__", Cuk, StringComparison.Ordinal));

    /// <summary>DUMP with all of these servers up and connected, in the recorded layout.</summary>
    public static byte[] Dump(int servers)
    {
        var text = new StringBuilder("  cfg_revision       = 7\n  chmpx_self         = 0x10\n  {\n      name             = slave\n  }\n  chmpx_servers      = 0xf080\n  {\n");
        for (var number = 1; number <= servers; number++)
        {
            text.Append(CultureInfo.InvariantCulture, $"    [{number - 1}] = {{\n      prev = 0x1\n      next = 0x2\n      same = 0x2\n      chmpx{{\n");
            foreach (var (name, value) in new (string, string)[]
            {
                ("chmpxid", "0x7f6fcc6f00000007"), ("name", $"server-node-{number}.novalocal"), ("mode", "server"), ("base_hash", "0x1"),
                ("pending_hash", "0x1"), ("port", "8020"), ("ctlport", "8021"), ("cuk", $"cfd6fcc4-cd7f-4ba2-852e-{number:x12}"),
                ("custom_seed", $"server-node-{number}.novalocal"), ("endpoints", "10.0.0.1:8020"), ("ctlendpoints", "10.0.0.1:8021"),
                ("forward_peers", ""), ("reverse_peers", "10.0.0.1"), ("is_ssl", "false"), ("verify_peer", "false"), ("is_ca_file", "false"),
                ("capath", ""), ("server_cert", ""), ("server_prikey", ""), ("slave_cert", ""), ("slave_prikey", ""), ("sock", "13"),
                ("ctlsock", "-1"), ("selfsock", "-1"), ("selfctlsock", "-1"), ("last_status_time", "1700000000"),
                ("status", "0x21(SAFE -> [SERVICE IN][UP][n/a][Nothing][NoSuspend])"),
            })
            {
                text.Append("        ").Append(name.PadRight(16)).Append(" = ").Append(value).Append('\n');
            }

            text.Append("      }\n    }\n");
        }

        return Encoding.UTF8.GetBytes(text.Append("  }\n  chmpx_slave_count  = 1\n").ToString());
    }
}
