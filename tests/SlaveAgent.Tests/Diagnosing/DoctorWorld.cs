using System.Globalization;
using System.Net.Sockets;
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

    private readonly List<IAsyncDisposable> _more = [];
    private readonly Listener _chmpx;
    private readonly Listener[] _data = [Silent(), Silent()];
    private readonly Listener _control;
    private FileLock? _daemon;

    private DoctorWorld(RoleServer k2hr3)
    {
        K2hr3 = k2hr3;
        _chmpx = new Listener(
            async (socket, _) =>
            {
                Polled();
                await AnswerAsync(socket, Dump);
            },
            isLow: true);
        _control = new Listener(async (socket, _) => await AnswerAsync(socket, Encoding.UTF8.GetBytes(Ring)), isLow: true);
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
    public string ControlHost { get; set; } = "127.0.0.1";

    /// <summary>Whose programs are to use the cluster.</summary>
    public string? User { get; set; } = "app";

    public string SlaveName { get; set; } = "localhost";

    public string MoreOfSlave { get; set; } = string.Empty;

    public string MoreOfGlobal { get; set; } = string.Empty;

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
        ENDPOINTS = 127.0.0.1:{_data[0].Port}
        CTLENDPOINTS = {ControlHost}:{ControlPort}
        CUSTOM_ID_SEED = svr1

        [SVRNODE]
        NAME = {SecondServer}
        CUK = cuk-svr2
        PORT = 8020
        CTLPORT = 8021
        {(SecondServer == "svr2" ? $"ENDPOINTS = 127.0.0.1:{DataPort}\nCTLENDPOINTS = {ControlHost}:{ControlPort}" : string.Empty)}
        CUSTOM_ID_SEED = svr2

        [SLVNODE]
        NAME = {SlaveName}
        CUK = cuk-slv1
        CTLPORT = {_chmpx.Port}
        CUSTOM_ID_SEED = slv1
        {MoreOfSlave}

        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<DoctorWorld> CreateAsync()
    {
        var world = new DoctorWorld(await RoleServer.StartAsync());
        world.Configure("10-test", $"chmpx:\n  unit: {world.Unit}\n");
        world.Directory.Put("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
        world.Directory.Put("etc/passwd", "root:x:0:0::/root:/bin/sh\nk2hdkc:x:990:990::/:/sbin/nologin\napp:x:2001:2001::/:/sbin/nologin\n");
        world.Directory.Put("etc/group", "root:x:0:\nk2hdkc:x:990:app\napp:x:2001:\n");
        world.Directory.Put($"usr/lib/systemd/system/{world.Unit}", "[Service]\nExecStart=/usr/libexec/chmpx-service-helper\n");
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
    public void Accept(Uri api)
    {
        using var client = K2hr3.Client(TimeProvider.System);
        new IdentityStore(Root).Accept(
            new HostIdentity(client.Identity with { ApiUri = api }, RoleToken.TryParse(RoleServer.Token), TokenStaysOffDisk: false), IdentityValues.None.Digest(), HostFacts.ReadMachine(Root), null);
    }

    /// <summary>The agent runs and says this.</summary>
    public void Say(string connection)
    {
        _daemon ??= FileLock.TryTake(Root.Agent.DaemonLock);
        StatusFile.Write(Root, new AgentStatus
        {
            Pid = Environment.ProcessId,
            Connection = new Fact(connection, Reasons.AsDesired, "-", null),
            Control = new Fact(ControlStates.Current, Reasons.AsDesired, "-", null),
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
    public async Task ServeTlsAsync(TestCertificates trusted, System.Security.Cryptography.X509Certificates.X509Certificate2 shown)
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

    public Task<DiagnosisReport> DiagnoseAsync() => Doctor.RunAsync(Setup, User, TimeProvider.System, Cancel);

    public static string RingOf(params (string Name, string Status)[] servers) => "RING Name = ring\n" + string.Concat(servers.Select((server, at) => string.Create(CultureInfo.InvariantCulture,
        $"No.{at + 1}\n  Server Name = {server.Name}\n    Port = 8020\n    Control Port = 8021\n    CUK = cuk-{server.Name}\n    Server Status = 0x21(SAFE -> {server.Status}[n/a][Nothing][NoSuspend])\n    Last Update = 2026-11-22 14h 19m 10s 613ms 286us(30121094703307686)\n    Enable Hash Value = 0x0\n    Pending Hash Value = 0x0\n")));

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _more.Append(K2hr3))
        {
            await server.DisposeAsync();
        }

        foreach (var listener in _data.Append(_control).Append(_chmpx))
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

    private static Listener Silent() => new((_, _) => Task.CompletedTask, isLow: true);

    private static async Task AnswerAsync(Socket socket, byte[]? answer)
    {
        if (answer is not null)
        {
            await socket.SendAsync(answer, Cancel);
        }
    }
}
