using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using SlaveAgent.Diagnosing;
using SlaveAgent.Reconciling;
using SlaveAgent.Roles;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Diagnosing;

/// <summary>Hosts that differ and are well: no check of any of them fails, warns, or could not find out; none is skipped but those that the host has no use for.</summary>
public sealed class HealthyHostTests(HealthyHostTests.Authority authority) : IClassFixture<HealthyHostTests.Authority>
{
    private static readonly string[] All = [.. typeof(CheckNames).GetFields().Select(field => (string)field.GetValue(null)!)];

    private static readonly Dictionary<string, Healthy> Hosts = new Healthy[]
    {
        new("as it comes, with a control port of its own"),
        new("every user may use the cluster", Of("chmpx:\n  access: all\n"), world => world.Directory.Put("etc/group", "root:x:0:\n")),
        new("a shorter timeout", Of("k2hr3:\n  timeout: 10s\n")),
        new("the entries of other slaves are kept", Of("configuration:\n  other_slaves: keep\n"), world => world.MoreNodes = Slaves(50), world => world.Write()),
        new("nobody asks about a user", world => world.User = null),
        new("IPv6 only") { At = IPAddress.IPv6Loopback },
        new("known to K2HR3 by its address", Of("k2hr3:\n  authentication: address\n"), world => world.Accept(world.K2hr3.Address, byAddress: true)) { Skipped = [CheckNames.Token] },
        new("https with an authority of its own", Of("k2hr3:\n  ca_file: /etc/ca.pem\n")) { HasTls = true },
        new("https behind a proxy", Of("k2hr3:\n  ca_file: /etc/ca.pem\n"), UseProxy) { HasTls = true },
        new("chmpx's user is the role's", world => world.Directory.Put("etc/passwd", "root:x:0:0::/root:/bin/sh\nother:x:991:991::/:/sbin/nologin\napp:x:2001:2001::/:/sbin/nologin\n"), world => Keys(world, new RoleKeys([], [], [world.Unit]) { ChmpxUser = "other" })),
        new("chmpx's user is of override.conf", world => world.Directory.Put("etc/passwd", "root:x:0:0::/root:/bin/sh\nother:x:991:991::/:/sbin/nologin\napp:x:2001:2001::/:/sbin/nologin\n"), world => world.Directory.Put("etc/antpickax/override.conf", "chmpx-service-helper.conf:SUBPROCESS_USER = other\n")),
        new("a unit of another's making runs chmpx", world => world.Directory.Put($"usr/lib/systemd/system/{world.Unit}", "[Service]\nExecStart=/opt/mine\n")) { Skipped = [CheckNames.ChmpxUser] },
        new("one server", world => world.Servers = 1, world => world.Write()),
        new("three servers", world => world.Servers = 3, world => world.Write()),
        new("250 servers", world => world.Servers = 250, world => world.MoreOfGlobal = "MAXCHMPX = 1024", world => world.Write()),
        new("slaves that are listed by a pattern", world => world.MoreNodes = "[SLVNODE]\nNAME = [.]*\nCUK = [.]*\nCTLPORT = 8031\nCUSTOM_ID_SEED = others\n", world => world.Write()),
        new("a person paused the agent", world => Hold(world, new Hold(HoldKind.Paused, DateTimeOffset.UtcNow, null, "trial"))),
        new("a person went back to a generation", world => Hold(world, new Hold(HoldKind.Held, DateTimeOffset.UtcNow, null, null) { Generation = 7, Configuration = world.Text })),
        new("no systemd", world => Directory.Delete(world.Directory.At("run/systemd/system"))) { Skipped = [CheckNames.Unit] },
        new(
            "somebody else runs chmpx, as root, with low limits of message queues", Of("services:\n  manager: none\n"), world => world.Directory.Put("proc/sys/fs/mqueue/msg_max", "10\n"),
            world => world.Directory.Put("etc/group", "root:x:0:\n"), world => Directory.Delete(world.Directory.At("run/antpickax"), recursive: true)) { Skipped = [CheckNames.Unit, CheckNames.ChmpxUser, CheckNames.Packages] },
        new("just booted", world => world.Show($"LoadState=loaded\nActiveState=active\nSubState=running\nResult=success\nUnitFileState=enabled\nNRestarts=0\nExecMainStartTimestampMonotonic={SinceBoot()}")),
        new("chmpx was started again long ago", world => world.Show("LoadState=loaded\nActiveState=active\nSubState=running\nResult=success\nUnitFileState=enabled\nNRestarts=3\nExecMainStartTimestampMonotonic=1")),
        new("the role lists nothing", Documented, world => Keys(world, new RoleKeys([], [], []))),
        new("packages of the role that are installed", world => Keys(world, new RoleKeys(["dpkg"], [], [world.Unit]))) { Needs = "/usr/bin/dpkg-query" },
        new("of the Red Hat family", world => world.Directory.Put("etc/os-release", "ID=rocky\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"9.4\"\n")),
        new("the shell tooling was given up", GiveUpTooling),
        new("the configuration lies elsewhere", Of("configuration:\n  path: /etc/other/k2hdkc.ini\n"), Move),
        new("a token file of its own", world => File.SetUnixFileMode(world.Directory.Put("etc/secret/token", $"{RoleServer.Token}\n"), UnixFileMode.UserRead), Of("k2hr3:\n  token_file: /etc/secret/token\n")),
        new("settings in agent.yml", world => world.Directory.Put("etc/k2hdkc-slave-agent/agent.yml", "watch:\n  k2hr3_interval: 5m\n")),
        new("no slave node's role", Leave) { Skipped = All },
    }.ToDictionary(host => host.Name);

    public static TheoryData<string> Names => [.. Hosts.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task No_false_alarm(string name)
    {
        var host = Hosts[name];
        Assert.SkipUnless(host.At.AddressFamily == AddressFamily.InterNetwork || Socket.OSSupportsIPv6, "this machine has no IPv6");
        Assert.SkipUnless(File.Exists(host.Needs), $"{host.Needs} is not here");
        await using var world = await DoctorWorld.CreateAsync(host.At, host.HasTls ? authority.Shown : null);
        world.Directory.Put("etc/ca.pem", authority.Pem);
        foreach (var step in host.Steps)
        {
            step(world);
        }

        var report = await world.DiagnoseAsync();
        Assert.True(report.Checks.All(check => IsWell(check, host)), DiagnosisText.Json(report));
        Assert.True(host.HasTls || report.Checks.Count > 20, DiagnosisText.Json(report));
        Assert.Equal(DiagnosisText.Json(report), DiagnosisText.Json(DiagnosisText.TryRead(DiagnosisText.Json(report))!));
    }

    /// <summary>Plain http is what the tests' K2HR3 speaks.</summary>
    private static bool IsWell(CheckResult check, Healthy host) => check.Verdict == CheckVerdict.Ok
        || (check.Verdict == CheckVerdict.Skipped && host.Skipped.Contains(check.Name))
        || (check is { Name: CheckNames.K2hr3Tls, Reason: "PlainHttp" } && !host.HasTls);

    private static Action<DoctorWorld> Of(string settings) => world => world.Configure("30", settings);

    private static void Keys(DoctorWorld world, RoleKeys keys) => keys.Save(world.Root.Agent.RoleKeys);

    private static string Slaves(int count) => string.Concat(Enumerable.Range(1, count).Select(at => $"[SLVNODE]\nNAME = other{at}\nCUK = cuk-other{at}\nCTLPORT = 8031\nCUSTOM_ID_SEED = other{at}\n\n"));

    private static void UseProxy(DoctorWorld world)
    {
        var proxy = new ConnectProxy(world.K2hr3.Address.Port);
        world.Keep(proxy);
        world.Configure("40", $"k2hr3:\n  proxy: {proxy.Address}\n");
    }

    private static void Hold(DoctorWorld world, Hold hold)
    {
        new HoldKeeper(world.Root, TimeProvider.System).Set(hold);
        world.Hold = hold;
        world.Say(ConnectionStates.Connected);
    }

    private static string SinceBoot() => (Environment.TickCount64 * 1000).ToString(CultureInfo.InvariantCulture);

    private static void Documented(DoctorWorld world) => world.Configure("30", $"slave:\n  antpickax_packages: []\n  services: [{world.Unit}]\n");

    private static void GiveUpTooling(DoctorWorld world)
    {
        var timer = Path.ChangeExtension(Tools.NewUnit(), ".timer");
        world.Configure("30", $"services:\n  superseded: [{timer}]\n");
        world.Directory.Put($"usr/lib/systemd/system/{timer}", "[Timer]\n");
        Tools.Show(timer, $"Id={timer}\nNames={timer}\nLoadState=loaded\nActiveState=inactive\nUnitFileState=disabled");
    }

    private static void Move(DoctorWorld world)
    {
        Directory.CreateDirectory(world.Directory.At("etc/other"));
        File.Move(world.IniPath, world.Directory.At("etc/other/k2hdkc.ini"));
    }

    private static void Leave(DoctorWorld world)
    {
        (world.User, world.K2hr3.Text) = (null, "[GLOBAL]\nMODE = SERVER\n");
        File.Delete(world.IniPath);
        world.Say(ConnectionStates.NotASlave);
    }

    /// <summary>Who signs, and what K2HR3 shows: made once, as keys take their time.</summary>
    public sealed class Authority : IDisposable
    {
        private readonly TestCertificates _certificates = new();

        public Authority() => Shown = _certificates.Server(days: 20);

        public X509Certificate2 Shown { get; }

        public string Pem => _certificates.AuthorityPem;

        public void Dispose()
        {
            Shown.Dispose();
            _certificates.Dispose();
        }
    }

    /// <param name="Steps">What makes it this host.</param>
    private sealed record Healthy(string Name, params Action<DoctorWorld>[] Steps)
    {
        public IPAddress At { get; init; } = IPAddress.Loopback;

        public bool HasTls { get; init; }

        /// <summary>Of the machine that the test runs on.</summary>
        public string Needs { get; init; } = "/bin/sh";

        /// <summary>What this host has no use for.</summary>
        public IReadOnlyList<string> Skipped { get; init; } = [];
    }
}
