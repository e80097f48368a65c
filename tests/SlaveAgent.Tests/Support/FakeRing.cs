using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Connection;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Roles;
using SlaveAgent.Settings;

namespace SlaveAgent.Tests.Support;

/// <summary>
/// <see cref="ConnectionController"/> over a real file and a real socket that answers in chmpx's place; time and systemd are not real, and K2HR3 is away.
/// </summary>
internal sealed class FakeRing : IDisposable
{
    private readonly Listener _chmpx;
    private readonly K2hr3Client _client;
    private ServerSockets _sockets;

    public FakeRing()
    {
        _chmpx = new Listener(async (socket, _) => await socket.SendAsync(DumpText.From(Answer(Stuck ?? File!.Current?.FileVersion ?? 0), pid: Systemd![Unit].MainPid), Cancel), isLow: true);
        var resource = RoleServer.Role.ToResource();
        _client = RoleServer.AwayClient(Time);
        File = new ConfigurationFile(Directory.Root, "/etc/antpickax/k2hdkc.ini", UnixFileMode.UserRead | UnixFileMode.UserWrite, 5, Time);
        var evidence = DefaultSettings.EvidenceOf(Directory, Time);
        Role = new RoleMemory(_client, resource, Directory.Root, DefaultSettings.Slave, evidence);
        Resource = new ResourceReader(_client, resource, Directory.Root, evidence);
        Inquiries = new FakeInquiries(Time);
        Addresses = new AddressWatch(() => HostAddresses, Time);
        Systemd = new FakeSystemd(Time);
        Systemd.Run(Unit);
        RestartAgent();
    }

    /// <summary>A new agent takes over, which knows what is on the disk and nothing else.</summary>
    [MemberNotNull(nameof(Controller), nameof(Tracker), nameof(_sockets))]
    public void RestartAgent()
    {
        _sockets = new ServerSockets(Sockets, Sockets.ResolverOf(Time), Addresses, Time);
        Tracker = new ConnectionTracker(
            Directory.Root, Settings, path => System.IO.File.Exists(path) ? DateTimeOffset.UnixEpoch : null, Time, () => 0, Log.Logger);
        Controller = new ConnectionController(
            Role, Resource, File, Ring, new LastGoodConfiguration(Resource, File, Ring, "cuk-slv1", new HostFiles(_ => IsTlsThere, _ => false) { KeyFits = (_, _) => KeyFits }),
            new ControlPort(TimeProvider.System), _sockets, Tracker, new RingQuestions(Inquiries, Tracker, Ring, Time, () => 0, Log.Logger),
            new StatusRequester(Directory.Root, Inquiries, Settings.RequestsStatus, () => null, Time, () => 0, Log.Logger), Addresses, Systemd, Settings, Time, Log.Logger);
    }

    public ChmpxSettings Settings => new(Unit, Supervision.Direct, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(30));

    public ConnectionTracker Tracker { get; private set; }

    public ListLog Log { get; } = new();

    /// <summary>This host's addresses, as a test sets them.</summary>
    public HashSet<IPAddress> HostAddresses { get; } = [IPAddress.Parse("10.0.0.1")];

    public AddressWatch Addresses { get; }

    /// <summary>The kernel's table, as a test sets it.</summary>
    public FakeSocketTable Sockets { get; } = new();

    /// <summary>What the servers and systemd would say.</summary>
    public FakeInquiries Inquiries { get; }

    public TempDirectory Directory { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public string Unit { get; } = "chmpx.service";

    /// <summary>Runs chmpx: each start of its unit is another process that answers.</summary>
    public FakeSystemd Systemd { get; }

    public ConfigurationFile File { get; }

    public RingMemory Ring { get; } = new();

    public RoleMemory Role { get; }

    public ResourceReader Resource { get; }

    public ConnectionController Controller { get; private set; }

    /// <summary>Whether the files of TLS that a configuration names are on the host.</summary>
    public bool IsTlsThere { get; set; }

    /// <summary>Whether the private key among them belongs to its certificate.</summary>
    public bool KeyFits { get; set; }

    public int ControlPort => _chmpx.Port;

    /// <summary>What is said to DUMP when this generation is loaded.</summary>
    public Func<int, byte[]> Answer { get; set; } = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Good("svr2"));

    /// <summary>What the simulated chmpx has loaded; null: whatever is in the file.</summary>
    public int? Stuck { get; set; }

    public int Restarts => Systemd.Count($"try-restart {Unit}");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Runs the controller, and once more after the pause that a file which was just written brings.</summary>
    public async Task<Outcome> PollAsync()
    {
        var outcome = await Controller.RunAsync(Cancel);
        if (!Controller.IsPollPaused)
        {
            return outcome;
        }

        Time.Advance(TimeSpan.FromMilliseconds(200));
        return await Controller.RunAsync(Cancel);
    }

    /// <summary>The kernel tells of a connection that ended.</summary>
    /// <returns>Whether that is looked into at once.</returns>
    public bool NoteEnd(ulong? cookie) => _sockets.NoteEnd(cookie);

    /// <summary>Writes a configuration and lets the pause pass in which nobody polls chmpx.</summary>
    public async Task WriteAsync(params string[] servers)
    {
        await File.WriteAsync(IniReader.Read(Text(servers)), null, Cancel);
        Time.Advance(TimeSpan.FromMilliseconds(200));
    }

    public string Text(params string[] servers) => SampleIni.With(servers, controlPort: ControlPort);

    public void Dispose()
    {
        _client.Dispose();
        _chmpx.Dispose();
        Directory.Dispose();
    }
}
