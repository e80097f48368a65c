using System.Globalization;
using System.Text;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>ALLSTATUS and SELFSTATUS, in the recorded layout (Fixtures/chmpx), chmpx's own "Endppoints" included.</summary>
internal static class StatusText
{
    public static string All(SharedMemory memory)
    {
        if (memory.Servers.Count == 0)
        {
            return "ERROR: Failed to get all information.\n";
        }
        var text = new StringBuilder($"RING Name              = {memory.Group}\n");
        foreach (var (index, server) in memory.Servers.Index())
        {
            var node = server.Node;
            text.Append(CultureInfo.InvariantCulture,
                $"""
                No.{index + 1}
                  Server Name          = {node.Name}
                    Port               = {node.Port}
                    Control Port       = {node.ControlPort}
                    CUK                = {node.Cuk}
                    Custom ID Seed     = {node.Seed}
                    Endpoints          = {node.Endpoints}
                    Control Endppoints = {node.ControlEndpoints}
                    Forward Peers      = {node.ForwardPeers}
                    Reverse Peers      = {node.ReversePeers}
                    Use SSL            = {(node.Tls.IsOn ? "yes" : "no")}
                    Server Status      = 0x{(int)server.Status:x}({ChmpxText.Status(server.Status)})
                    Last Update        = {ChmpxText.LastUpdate(server.LastUpdate)}
                    Enable Hash Value  = {ChmpxText.Hex(server.Hash)}
                    Pending Hash Value = {ChmpxText.Hex(server.Hash)}

                """);
        }
        return text.ToString();
    }

    public static string Self(SharedMemory memory)
    {
        var (self, status, hash, updated, _) = memory.Self;
        var queues = memory.Queues;
        return string.Create(CultureInfo.InvariantCulture,
            $$"""
            Server Name               = {{self.Name}}
            Internal ID               = {{ChmpxText.Hex(ChmpxText.Id(self.Seed))}}
            RING Name                 = {{memory.Group}}
            Mode                      = {{(memory.IsServer ? "Server" : "Slave")}}
            Maximum MQ Count          = {{queues.Server + queues.Client}}
            Maximum Queue / Chmpx MQ  = {{queues.PerServer}}
            Maximum Queue / Client MQ = {{queues.PerClient}}
            Status                    = {
                Server Status         = 0x{{(int)status:x}}({{ChmpxText.Status(status)}})
                Last Update           = {{ChmpxText.LastUpdate(updated)}}
            }
            Hash                      = {
                Enable Hash Value     = {{ChmpxText.Hex(hash)}}
                Pending Hash Value    = {{ChmpxText.Hex(hash)}}
            }
            Connection                = {
                Port(socket)          = {{(memory.IsServer ? $"{self.Port}(13)" : "-1(n/a)")}}
                Control Port(socket)  = {{self.ControlPort}}(12)
                CUK                   = {{self.Cuk}}
                Custom ID Seed        = {{self.Seed}}
                Endpoints             = {{self.Endpoints}}
                Control Endppoints    = {{self.ControlEndpoints}}
                Forward Peers         = {{self.ForwardPeers}}
                Reverse Peers         = {{self.ReversePeers}}
                SSL Connection        = no
            }
            Connection Count          = {
                To Servers            = {{memory.Servers.Count}}
                From Slaves           = {{memory.Slaves}}
                On Control port       = 1
            }
            Stats                     = {
                To(From) Servers      = {
                    send count        = 0 count
                    receive count     = 0 count
                    total             = 0 bytes
                    minimum           = 0 bytes
                    maximum           = 0 bytes
                    total             = 0s 0ns
                    minimum           = 0s 0ns
                    maximum           = 0s 0ns
                }
                To(From) Slaves       = {
                    send count        = 0 count
                    receive count     = 0 count
                    total             = 0 bytes
                    minimum           = 0 bytes
                    maximum           = 0 bytes
                    total             = 0s 0ns
                    minimum           = 0s 0ns
                    maximum           = 0s 0ns
                }
            }

            """);
    }
}
