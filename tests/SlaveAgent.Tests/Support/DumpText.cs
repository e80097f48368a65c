using System.Globalization;
using System.Text;

namespace SlaveAgent.Tests.Support;

/// <summary>The recorded answer to DUMP with other servers in it.</summary>
internal static class DumpText
{
    private static readonly string Recorded = Fixture.Text("chmpx/DUMP.txt");

    /// <param name="servers">Name, socket and status of each; the CUK is <c>cuk-</c> and the name.</param>
    public static byte[] Of(int revision, params (string Name, string Socket, string Status)[] servers)
    {
        var from = Recorded.IndexOf("    [0] = {", Recorded.IndexOf("chmpx_servers", StringComparison.Ordinal), StringComparison.Ordinal);
        var to = Recorded.IndexOf("    [1] = {", from, StringComparison.Ordinal);
        var end = Recorded.IndexOf("  }\n  chmpx_slave_count", StringComparison.Ordinal);
        var entry = Recorded[from..to];
        var entries = servers.Select(server => entry
            .Replace("svr1", server.Name, StringComparison.Ordinal)
            .Replace("sock             = 13", $"sock             = {server.Socket}", StringComparison.Ordinal)
            .Replace("[SERVICE IN][UP]", server.Status, StringComparison.Ordinal));
        return Encoding.UTF8.GetBytes(
            Recorded[..from].Replace("group              = testcluster", "group              = ring", StringComparison.Ordinal).Replace("cfg_revision       = 1", $"cfg_revision       = {revision.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal)
            + string.Concat(entries) + Recorded[end..]);
    }

    /// <summary>The same from another run of chmpx, with other values.</summary>
    public static byte[] From(byte[] dump, int pid = 28984, int port = 8020, string group = "ring", string cuk = "cuk-slv1", bool hasPrograms = false, long startTime = 1795357150)
    {
        var text = Encoding.UTF8.GetString(dump)
            .Replace("pid                  = 28984", $"pid                  = {pid.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal)
            .Replace("start_time           = 1795357150", $"start_time           = {startTime.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal)
            .Replace(" port             = 8020", $" port             = {port.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal)
            .Replace("group              = ring", $"group              = {group}", StringComparison.Ordinal)
            .Replace("cuk              = cuk-slv1", $"cuk              = {cuk}", StringComparison.Ordinal)
            .Replace("client_pids          = 0", $"client_pids          = {(hasPrograms ? "0x694100" : "0")}", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text);
    }

    public static (string Name, string Socket, string Status) Good(string name) => (name, "13", "[SERVICE IN][UP]");

    public static (string Name, string Socket, string Status) Up(string name) => (name, "-1", "[SERVICE IN][UP]");

    public static (string Name, string Socket, string Status) Down(string name) => (name, "-1", "[SERVICE OUT][DOWN]");
}
