using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SlaveAgent.Composition;
using SlaveAgent.Diagnosing;
using SlaveAgent.Files;
using SlaveAgent.Identity;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Roles;
using SlaveAgent.Settings;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Diagnosing;

/// <summary>A slave on which all is well, of real files and sockets in the test's process, for a test to break one thing of it.</summary>
internal sealed class DoctorWorld : IAsyncDisposable
{
    private const UnixFileMode ReadableByAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>For each check, on a machine that does much else.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly List<IAsyncDisposable> _more = [];
    private readonly List<IDisposable> _kept = [];
    private readonly Listener _chmpx;
    private readonly Listener[] _data;
    private readonly Listener _control;
    private FileLock? _daemon;

    private DoctorWorld(RoleServer k2hr3, IPAddress at)
    {
        K2hr3 = k2hr3;
        _data = [Silent(at), Silent(at)];
        ServerHost = ControlHost = at.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{at}]" : $"{at}";
        _chmpx = new Listener(
            async (socket, _) =>
            {
                Polled();
                await AnswerAsync(socket, Dump);
            },
            isLow: true);
        _control = new Listener(async (socket, _) => await AnswerAsync(socket, Encoding.UTF8.GetBytes(Ring)), isLow: true, at);
        ControlPort = _control.Port;
        DataPort = _data[1].Port;
    }

    public TempDirectory Directory { get; } = new();

    public HostRoot Root => Directory.Root;

    public RoleServer K2hr3 { get; }

    public string Unit { get; } = Tools.NewUnit();

    public string IniPath => Directory.At("etc/antpickax/k2hdkc.ini");

    /// <summary>What chmpx answers to DUMP; null: it accepts and says nothing.</summary>
    public byte[]? Dump { get; set; } = DumpText.Of(7, DumpText.Good("svr1"), DumpText.Good("svr2"));

    /// <summary>Called when chmpx is asked for it.</summary>
    public Action Polled { get; set; } = () => { };

    /// <summary>What a server answers to ALLSTATUS.</summary>
    public string Ring { get; set; } = RingOf(("svr1", "[SERVICE IN][UP]"), ("svr2", "[SERVICE IN][UP]"));

    /// <summary>Of the second server.</summary>
    public int DataPort { get; set; }

    /// <summary>Of both servers.</summary>
    public int ControlPort { get; set; }

    /// <summary>Of both servers, where their control port is.</summary>
    public string ControlHost { get; set; }

    /// <summary>Of all servers, where their data port is.</summary>
    public string ServerHost { get; set; }

    /// <summary>How many of them; what chmpx and the ring show is set with it.</summary>
    public int Servers
    {
        get;
        set
        {
            field = value;
            string[] names = [.. Enumerable.Range(1, value).Select(at => $"svr{at}")];
            Dump = DumpText.Of(7, [.. names.Select(DumpText.Good)]);
            Ring = RingOf([.. names.Select(name => (name, "[SERVICE IN][UP]"))]);
        }
    }

    = 2;

    /// <summary>Whose programs are to use the cluster.</summary>
    public string? User { get; set; } = "app";

    public string SlaveName { get; set; } = "localhost";

    public string MoreOfSlave { get; set; } = string.Empty;

    public string MoreOfGlobal { get; set; } = string.Empty;

    public string MoreNodes { get; set; } = string.Empty;

    /// <summary>Of the agent, what a person said is to be left alone.</summary>
    public Hold? Hold { get; set; }

    public string SecondServer { get; set; } = "svr2";

    /// <summary>The resource as K2HR3 has it, and but for its number the file.</summary>
    public string Text =>
        $"""
        [GLOBAL]
        FILEVERSION = 7
        GROUP = ring
        MODE = SLAVE
        CHMPXIDTYPE = CUSTOM
        DELIVERMODE = hash
        SELFCTLPORT = {_chmpx.Port}
        SELFCUK = cuk-slv1
        {MoreOfGlobal}

        [SVRNODE]
        NAME = svr1
        CUK = cuk-svr1
        PORT = 8020
        CTLPORT = 8021
        ENDPOINTS = {ServerHost}:{_data[0].Port}
        CTLENDPOINTS = {ControlHost}:{ControlPort}
        CUSTOM_ID_SEED = svr1

        {string.Concat(Enumerable.Range(2, Servers - 1).Select(Server))}
        [SLVNODE]
        NAME = {SlaveName}
        CUK = cuk-slv1
        CTLPORT = {_chmpx.Port}
        CUSTOM_ID_SEED = slv1
        {MoreOfSlave}
        {MoreNodes}

        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <param name="at">Where K2HR3 and the servers are; by default 127.0.0.1.</param>
    /// <param name="certificate">What K2HR3 shows; null: plain http.</param>
    public static async Task<DoctorWorld> CreateAsync(IPAddress? at = null, X509Certificate2? certificate = null)
    {
        var world = new DoctorWorld(await RoleServer.StartAsync(at, certificate), at ?? IPAddress.Loopback);
        world.Configure("10-test", $"chmpx:\n  unit: {world.Unit}\n");
        world.Directory.Put("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
        world.Directory.Put("etc/passwd", "root:x:0:0::/root:/bin/sh\nk2hdkc:x:990:990::/:/sbin/nologin\napp:x:2001:2001::/:/sbin/nologin\n");
        world.Directory.Put("etc/group", "root:x:0:\nk2hdkc:x:990:app\napp:x:2001:\n");
        world.Directory.Put($"usr/lib/systemd/system/{world.Unit}", "[Service]\nExecStart=/usr/libexec/chmpx-service-helper\n");
        System.IO.Directory.CreateDirectory(world.Directory.At("run/systemd/system"));
        world.Directory.Put("usr/bin/chmpx", string.Empty);
        world.Directory.Put("proc/sys/fs/mqueue/msg_max", "20000\n");
        world.Show("LoadState=loaded\nActiveState=active\nSubState=running\nResult=success\nUnitFileState=enabled\nNRestarts=0");
        new RoleKeys([], [], [world.Unit]).Save(MadeAbove(world.Root.Agent.RoleKeys));
        foreach (var directory in new[] { "var/lib/antpickax", "run/antpickax" })
        {
            System.IO.Directory.CreateDirectory(world.Directory.At(directory));
            File.SetUnixFileMode(world.Directory.At(directory), (UnixFileMode)0b111_111_111);
        }

        world.Accept(world.K2hr3.Address);
        world.Write();
        world.Say(ConnectionStates.Connected);
        return world;
    }

    public void Configure(string name, string yaml) => TempDirectory.PutAt($"{Root.Agent.SettingsDirectory}/{name}.yaml", yaml);

    /// <summary>What systemctl shows of chmpx's unit, which is the role's only one.</summary>
    public void Show(string properties) => Tools.Show(Unit, $"Id={Unit}\nNames={Unit}\n{properties}");

    /// <summary>K2HR3 accepted this host at this address.</summary>
    /// <param name="byAddress">Known to it by its address, without a token.</param>
    public void Accept(Uri api, bool byAddress = false)
    {
        using var client = K2hr3.Client(TimeProvider.System, byAddress);
        new IdentityStore(Root).Accept(
            new HostIdentity(client.Identity with { ApiUri = api }, byAddress ? null : RoleToken.TryParse(RoleServer.Token), TokenStaysOffDisk: false), IdentityValues.None.Digest(), HostFacts.ReadMachine(Root), null);
    }

    /// <summary>The agent runs and says this.</summary>
    public void Say(string connection)
    {
        _daemon ??= FileLock.TryTake(Root.Agent.DaemonLock);
        StatusFile.Write(Root, new AgentStatus
        {
            Pid = Environment.ProcessId,
            Connection = new Fact(connection, Reasons.AsDesired, "-", null),
            Control = new Fact(Hold is null ? ControlStates.Current : ControlStates.Paused, Hold?.Reason ?? Reasons.AsDesired, "-", null),
            Hold = Hold is null ? null : HoldStatus.Of(Hold),
            Servers = new ServersStatus(2, 2, 2, []),
            Generation = new GenerationStatus(IniPath, 7, 7, 7, []),
        });
    }

    public void EndAgent()
    {
        _daemon?.Dispose();
        _daemon = null;
        File.Delete(Root.Agent.StatusFile);
        File.Delete(Path.ChangeExtension(Root.Agent.DaemonLock, ".pid"));
    }

    /// <summary>The text is K2HR3's, is in the file, and is the agent's last generation.</summary>
    public void Write()
    {
        K2hr3.Text = Text;
        WriteFile(Text);
        new Generations(Root.Agent.GenerationsDirectory, 5, ReadableByAll).Keep(7, Text);
        new AcceptedResource(RoleServer.Role.ToResource().ToString(), null, Text).Save(Root.Agent.AcceptedResource);
    }

    public void WriteFile(string text) => File.SetUnixFileMode(TempDirectory.PutAt(IniPath, text), ReadableByAll);

    /// <summary>K2HR3 is behind TLS.</summary>
    public async Task ServeTlsAsync(TestCertificates trusted, X509Certificate2 shown)
    {
        var server = await SmallServer.StartTlsAsync(context => { context.Response.StatusCode = 404; return Task.CompletedTask; }, tls => tls.ServerCertificate = shown);
        _more.Add(server);
        Configure("20-tls", $"k2hr3:\n  ca_file: /etc/ca.pem\n");
        Directory.Put("etc/ca.pem", trusted.AuthorityPem);
        Accept(server.Address);
    }

    public Setup Setup
    {
        get
        {
            AgentSettings settings;
            string? refused = null;
            try
            {
                settings = SettingsLoader.Load(Root.Agent.SettingsFile, Root.Agent.SettingsDirectory, []);
            }
            catch (SettingsException e)
            {
                (settings, refused) = (AgentSettings.From(new SettingsValues()), e.Message);
            }

            return new Setup(Root, settings, TokenSource.Open(null, settings.K2hr3.TokenFile, null, Root, TextReader.Null), IdentityValues.None, settings) { Refused = refused, HasSettings = refused is null };
        }
    }

    public async Task<DiagnosisReport> DiagnoseAsync() => await Doctor.RunAsync(await DiagnosedHost.CreateAsync(Setup, TimeProvider.System, Cancel), User, setsKey: false, Deadline, Cancel);

    /// <summary>Is let go of with the world.</summary>
    public void Keep(IDisposable more) => _kept.Add(more);

    public static string RingOf(params (string Name, string Status)[] servers) => "RING Name = ring\n" + string.Concat(servers.Select((server, at) => string.Create(CultureInfo.InvariantCulture,
        $"No.{at + 1}\n  Server Name = {server.Name}\n    Port = 8020\n    Control Port = 8021\n    CUK = cuk-{server.Name}\n    Server Status = 0x21(SAFE -> {server.Status}[n/a][Nothing][NoSuspend])\n    Last Update = 2026-11-22 14h 19m 10s 613ms 286us(30121094703307686)\n    Enable Hash Value = 0x0\n    Pending Hash Value = 0x0\n")));

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _more.Append(K2hr3))
        {
            await server.DisposeAsync();
        }

        foreach (var listener in _data.Append(_control).Append(_chmpx).Concat(_kept))
        {
            listener.Dispose();
        }

        _daemon?.Dispose();
        Directory.Dispose();
    }

    private static string MadeAbove(string path)
    {
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }

    private string Server(int number) =>
        $"""
        [SVRNODE]
        NAME = {(number == 2 ? SecondServer : $"svr{number}")}
        CUK = cuk-svr{number}
        PORT = 8020
        CTLPORT = 8021
        {(number > 2 || SecondServer == "svr2" ? $"ENDPOINTS = {ServerHost}:{(number == 2 ? DataPort : _data[0].Port)}\nCTLENDPOINTS = {ControlHost}:{ControlPort}" : string.Empty)}
        CUSTOM_ID_SEED = svr{number}


        """;

    private static Listener Silent(IPAddress at) => new((_, _) => Task.CompletedTask, isLow: true, at);

    private static async Task AnswerAsync(Socket socket, byte[]? answer)
    {
        if (answer is not null)
        {
            await socket.SendAsync(answer, Cancel);
        }
    }
}
