using System.Globalization;
using System.Text;
using SlaveAgent.Sandbox.Cluster;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>ALLSTATUS and SELFSTATUS, in the recorded layout (Fixtures/chmpx), chmpx's own "Endppoints" included.</summary>
internal static class StatusText
{
    public static string All(SlaveState state)
    {
        if (state.Servers.Count == 0)
        {
            return "ERROR: Failed to get all information.\n";
        }
        var text = new StringBuilder($"RING Name              = {state.Active.Group}\n");
        foreach (var (index, server) in state.Servers.Index())
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
                    Use SSL            = {(node.Ssl ? "yes" : "no")}
                    Server Status      = 0x{(int)server.Status:x}({ChmpxText.Status(server.Status)})
                    Last Update        = {ChmpxText.LastUpdate(server.LastUpdate)}
                    Enable Hash Value  = {ChmpxText.Hex(server.Hash)}
                    Pending Hash Value = {ChmpxText.Hex(server.Hash)}

                """);
        }
        return text.ToString();
    }

    public static string Self(SlaveState state)
    {
        var self = state.Self;
        const RingStatus status = RingStatus.Up;
        return string.Create(CultureInfo.InvariantCulture,
            $$"""
            Server Name               = {{self.Name}}
            Internal ID               = {{ChmpxText.Hex(ChmpxText.Id(self.Seed))}}
            RING Name                 = {{state.Active.Group}}
            Mode                      = Slave
            Maximum MQ Count          = 136
            Maximum Queue / Chmpx MQ  = 8
            Maximum Queue / Client MQ = 8
            Status                    = {
                Server Status         = 0x{{(int)status:x}}({{ChmpxText.Status(status)}})
                Last Update           = {{ChmpxText.LastUpdate(state.Started)}}
            }
            Hash                      = {
                Enable Hash Value     = {{ChmpxText.Hex(ServerView.NoHash)}}
                Pending Hash Value    = {{ChmpxText.Hex(ServerView.NoHash)}}
            }
            Connection                = {
                Port(socket)          = -1(n/a)
                Control Port(socket)  = {{self.ControlPort}}(12)
                CUK                   = {{self.Cuk}}
                Custom ID Seed        = {{self.Seed}}
                Endpoints             = 
                Control Endppoints    = {{self.ControlEndpoints}}
                Forward Peers         = {{self.ForwardPeers}}
                Reverse Peers         = {{self.ReversePeers}}
                SSL Connection        = no
            }
            Connection Count          = {
                To Servers            = {{state.Servers.Count}}
                From Slaves           = 0
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
