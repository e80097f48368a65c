using SlaveAgent.Benchmarks.Fleet;
using SlaveAgent.Chmpx;
using SlaveAgent.Hosting;
using SlaveAgent.Roles;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Simulation;

/// <summary>
/// A slave node with its K2HR3, servers, systemd and chmpx, in virtual time: hours in seconds, and the same for the same seed. The agent in it is the real
/// core over real files; it can be killed between any two of its actions.
/// </summary>
internal sealed class SimulatedWorld : IDisposable
{
    public const string Chmpx = "chmpx.service";
    public const string Program = "app.service";

    private const string Unit = "usr/lib/systemd/system/chmpx.service";
    private const string DropIn = "etc/systemd/system/chmpx.service.d/k2hdkc-slave-agent.conf";

    private readonly HashSet<string> _refusing = [];

    public SimulatedWorld(int seed)
    {
        Random = new Random(seed);
        Directory.Put(Unit, "[Service]\nExecStart=/usr/libexec/chmpx-service-helper start\n");
        Directory.Put("usr/bin/chmpx", string.Empty);
        Directory.Put($"usr/lib/systemd/system/{AgentUnits.Ready}", "[Unit]\n");
        Systemd = new SimulatedSystemd(this);
        Ring = new SimulatedChmpx(this);
        Systemd.Units[Chmpx] = new SimulatedUnit(Chmpx, this, () => File.Exists(Directory.At(DropIn)) ? File.ReadAllText(Directory.At(DropIn)) : string.Empty) { OnStart = Ring.Start, OnStop = Ring.Stop };
        Systemd.Units[AgentUnits.Ready] = new SimulatedUnit(AgentUnits.Ready, this, dependents: [Program]);
        Systemd.Units[Program] = new SimulatedUnit(Program, this) { IsEnabled = true };
    }

    public VirtualTime Time { get; } = new();

    public Random Random { get; }

    public TempDirectory Directory { get; } = new();

    public SimulatedSystemd Systemd { get; }

    public SimulatedChmpx Ring { get; }

    public K2hr3Trouble K2hr3Trouble { get; set; }

    public int K2hr3Requests { get; set; }

    public bool IsRegistered { get; set; }

    /// <summary>How often a tool is in trouble, from 0 to 1.</summary>
    public double ToolTroubles { get; set; }

    public List<string> Listed { get; } = ["svr1", "svr2", "svr3"];

    public HashSet<string> UpServers { get; } = ["svr1", "svr2", "svr3"];

    public string Group { get; set; } = "ring";

    public bool HasPrograms => Systemd.Units[Program].Active == UnitActiveState.Active && Ring.IsRunning;

    public string ConfigurationPath => Directory.At("etc/antpickax/k2hdkc.ini");

    public ToolTrouble ToolTrouble() => Random.NextDouble() < ToolTroubles ? (ToolTrouble)Random.Next(1, 4) : Simulation.ToolTrouble.None;

    /// <summary>A server that has not admitted this slave yet; it is not reached, although it is up.</summary>
    public bool Refuses(string server) => _refusing.Contains(server);

    public void SetRefusing(params string[] servers)
    {
        _refusing.Clear();
        _refusing.UnionWith(servers);
    }

    public string ResourceText() => SampleIni.With(Listed, group: Group).Replace("slv1", IsRegistered ? "slv1" : "slv9", StringComparison.Ordinal).Replace("SELFCUK = cuk-slv9", "SELFCUK = cuk-slv1", StringComparison.Ordinal);

    public static string RoleKey(string key) => key == RoleKeys.UnitsKey ? "chmpx.service, gone.service" : string.Empty;

    /// <summary>What chmpx would take of the file in place; null where it would end.</summary>
    public IniDocument? ReadConfiguration()
    {
        if (!File.Exists(ConfigurationPath))
        {
            return null;
        }

        var ini = IniReader.Read(File.ReadAllText(ConfigurationPath));
        return IniCheck.Check(ini, new HostFiles(_ => true, _ => true)).IsEmpty ? ini : null;
    }

    /// <summary>What a killed agent waits for never comes.</summary>
    public static Task WhileAliveAsync(Func<bool> isAlive) => isAlive() ? Task.CompletedTask : new TaskCompletionSource().Task;

    /// <summary>chmpx notices a new file within 50 ms, and one time in ten not at all.</summary>
    public void NoticeFile()
    {
        if (Random.Next(10) > 0)
        {
            Time.After(TimeSpan.FromMilliseconds(50), Ring.Reload);
        }
    }

    public void Dispose() => Directory.Dispose();
}
