using System.Globalization;
using System.Text;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Status;

namespace SlaveAgent.Fuzz;

/// <summary>The agent's work on an untrusted configuration, in parts, for counting.</summary>
public static class Work
{
    private static readonly HostFiles NoFiles = new(_ => false, _ => false);

    public static void Read(string text) => IniReader.Read(text);

    public static void Check(string text) => IniCheck.Check(IniReader.Read(text), NoFiles);

    public static void Plan(string text) => ConfigurationPlan.Make(text, "cuk-slv1", NoFiles);

    public static void PlanAll(string text) => ConfigurationPlan.Make(text, "cuk-slv1", NoFiles, new PlanOptions(true, []));

    public static void Write(string text) => IniWriter.Write(IniReader.Read(text), 2);

    public static void Compare(string text) => IniComparison.SaysTheSame(IniReader.Read(text), IniReader.Read(text));

    public static void CompareLoaded(string text)
    {
        var ini = IniReader.Read(text);
        LoadedComparison.Find(ini, RingReader.TryRead(Dump(ini))!, _ => null);
    }

    public static void List(string text)
    {
        var ini = IniReader.Read(text);
        ServerList.Of(ini, RingReader.TryRead(Dump(ini)));
    }

    public static void Guard(string text)
    {
        var ini = IniReader.Read(text);
        ShrinkGuard.LosesTooMany(ini, ini, RingReader.TryRead(Dump(ini)));
        ShrinkGuard.ClaimOf(ini);
    }

    public static void Endpoints(string text)
    {
        var ini = IniReader.Read(text);
        foreach (var server in ini.Servers)
        {
            NodeEndpoints.ControlOf(ini, server);
        }
    }

    /// <summary>What a chmpx that has the file loaded, with other ports, would answer to DUMP.</summary>
    private static byte[] Dump(IniDocument ini)
    {
        var dump = new StringBuilder("group = ring\ncfg_revision = 1\nchmpx_self = 0x1\nname = slv1\nport = -1\nslave_prikey = \nchmpx_servers = 0x1\n");
        foreach (var server in ini.Servers)
        {
            var (cuk, port, _) = ini.KeyOf(server);
            dump.Append(CultureInfo.InvariantCulture, $"name = {server["NAME"]}\nport = 1\nctlport = {port}\ncuk = {cuk}\nis_ssl = false\nslave_prikey = \nsock = -1\n")
                .Append("status = 0x21(SAFE -> [SERVICE IN][UP][n/a][Nothing][NoSuspend])\n");
        }

        return Encoding.UTF8.GetBytes(dump.Append("chmpx_slave_count = 0\nclient_pids = 0\n").ToString());
    }
}
