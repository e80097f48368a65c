using System.Net;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Connection;
using SlaveAgent.K2hr3;
using SlaveAgent.Packages;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Roles;
using SlaveAgent.Services;
using SlaveAgent.Settings;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Faults;

/// <summary>
/// The whole pipeline in this process over real sockets and files, with a clock that the test moves: a day takes seconds, and every request, poll
/// and restart can be counted.
/// </summary>
internal sealed class FaultBox : IAsyncDisposable
{
    private const string Cuk = "cuk-slv1";

    private static readonly HostFiles AnyFiles = new(_ => true, _ => true);
    private static readonly Yrn Role = Yrn.TryParse("yrn:yahoo:::t:role:c/slave")!;
    private static readonly RoleToken Token = RoleToken.TryParse("e2f568bca43f5fe84c85b4c05eb64a67dd6a07a19637efd33eb875603453305a")!;

    private readonly TempDirectory _directory = new();
    private readonly FaultRun _run;
    private readonly TimeSpan _ringInterval;
    private readonly Listener _chmpx;
    private readonly List<IniDocument> _known = [];
    private K2hr3Client _client = null!;
    private Reconciler _reconciler = null!;
    private Schedule _schedule = null!;
    private ConfigurationFile _file = null!;
    private long _started;

    public FaultBox(FaultRun run, BadService service, TimeSpan ringInterval)
    {
        _run = run;
        _ringInterval = ringInterval;
        Service = service;
        Systemd = new FakeSystemd(Time);
        Systemd.Run(Unit);
        _chmpx = new Listener(AnswerRingAsync, isLow: true);
        Servers = ["svr1", "svr2", "svr3"];
        Restart();
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero));

    public BadService Service { get; }

    public ListLog Log { get; } = new();

    public StatusBoard Board { get; private set; } = null!;

    public string Unit { get; } = "chmpx.service";

    /// <summary>Runs chmpx: each start of its unit is another process that answers.</summary>
    public FakeSystemd Systemd { get; }

    public int Looks { get; private set; }

    /// <summary>What K2HR3 says when it is well.</summary>
    public IReadOnlyList<string> Servers
    {
        get;
        set
        {
            field = value;
            Service.Resource = SampleIni.With(value, controlPort: _chmpx.Port);
            Allow(Service.Resource);
        }
    }

    /// <summary>How chmpx answers; null: well, with the generation of the file and the servers of both file and cluster.</summary>
    public Func<System.Net.Sockets.Socket, Task>? Ring { get; set; }

    public int ControlPort => _chmpx.Port;

    public IniDocument? Current => _file.Current;

    public int Restarts => Systemd.Count($"try-restart {Unit}");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Something else that may come into the file.</summary>
    public void Allow(string text)
    {
        if (ConfigurationPlan.Make(text, Cuk, AnyFiles) is ConfigurationPlan.Usable usable)
        {
            // What is in the file is what was last said, or little older.
            _known.Insert(0, usable.Ini);
            _known.RemoveRange(Math.Min(_known.Count, 100), _known.Count - Math.Min(_known.Count, 100));
        }
    }

    /// <summary>What the servers and systemd would say; no server is up but those that chmpx shows, unless a test says so.</summary>
    public FakeInquiries Inquiries { get; } = new();

    /// <summary>Restarts the agent on the same host.</summary>
    public void Restart()
    {
        _client?.Dispose();
        var root = _directory.Root;
        var identity = new K2hr3Identity(Service.Address, Role, Role.TenantYrn, Cuk, "slv1", null, null, false);
        _client = new K2hr3Client(identity, () => Token, Service.Handler(), TimeSpan.FromSeconds(40), Time);
        var settings = new ChmpxSettings(Unit, Supervision.Direct, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(30));
        var evidence = DefaultSettings.EvidenceOf(_directory, Time);
        var resource = new ResourceReader(_client, Role.ToResource(), root, evidence);
        var role = new RoleMemory(_client, Role.ToResource(), root, new SlaveSettings([], []), evidence);
        var account = NoAccount.Of(role, root);
        var ring = new RingMemory();
        _file = new ConfigurationFile(root, "/etc/antpickax/k2hdkc.ini", UnixFileMode.UserRead | UnixFileMode.UserWrite, 5, Time);
        var supervisor = UnitFiles.Make(root, settings, time: Time);
        var packages = new PackageSettings(true, InstallBy.Agent, [], new Uri("http://127.0.0.1:1/"), "/none", null, TimeSpan.Zero);
        var lastGood = new LastGoodConfiguration(resource, _file, ring, Cuk, AnyFiles);
        var addresses = new AddressWatch(() => new HashSet<IPAddress>(), Time);
        var tracker = new ConnectionTracker(
            root, settings, path => File.Exists(path) ? DateTimeOffset.UnixEpoch : null, Time, _run.Random.NextDouble, Log.Logger);
        var packageController = new PackageController(role, _file, () => null, packages, account, null);
        IController[] controllers =
        [
            new RegistrationController(_client, Role.ToResource(), Keepers.Of(root, identity, Token, Time), () => Token),
            new RoleController(role, resource, Cuk),
            new ConfigurationController(
                resource, role, _file, ring, lastGood, evidence, Cuk, AnyFiles,
                new ConfigurationSettings(null, null, UnixFileMode.UserRead | UnixFileMode.UserWrite, 5, TimeSpan.FromSeconds(5)), true, Log.Logger),
            packageController,
            new ServiceController(role, _file, ring, account, supervisor, Systemd, new ServiceSettings([]), Unit, new ControlPort(Time), () => packageController.IsComplete, tracker.NoteOtherRestart, root, Time),
            new ConnectionController(
                role, resource, _file, ring, lastGood, new ControlPort(Time), new ServerSockets(new FakeSocketTable(), new FakeSocketTable().ResolverOf(Time), addresses, Time), tracker,
                new RingQuestions(Inquiries, tracker, ring, Time, _run.Random.NextDouble, Log.Logger),
                new StatusRequester(root, Inquiries, false, () => null, Time, _run.Random.NextDouble, Log.Logger), addresses, Systemd, settings, Time, Log.Logger),
        ];
        var watch = new WatchSettings(TimeSpan.FromSeconds(60), 0.2, _ringInterval, TimeSpan.FromHours(1), TimeSpan.FromSeconds(1));
        _schedule = new Schedule(controllers, watch, new RetrySettings(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60)), _run.Random.NextDouble);
        Board = new StatusBoard(controllers, _file, ring, () => _client.Contact, Role.ToString(), root, keepsFile: false, Time, Log.Logger);
        _reconciler = new Reconciler(controllers, _schedule, Board, new UnwatchedHost(), Time, Log.Logger);
        _started = Time.GetTimestamp();
    }

    /// <summary>The host loses what it knew, but for the settings.</summary>
    public void Forget()
    {
        foreach (var name in Directory.EnumerateDirectories(_directory.Path))
        {
            Directory.Delete(name, recursive: true);
        }
    }

    public async Task RunForAsync(TimeSpan span)
    {
        var until = Time.GetTimestamp() + (long)(span.TotalSeconds * Time.TimestampFrequency);
        while (Time.GetTimestamp() < until)
        {
            await PassAsync();
        }
    }

    /// <summary>Goes on until the file is what K2HR3 says and chmpx is connected.</summary>
    /// <param name="within">Of the fake time.</param>
    public async Task ConvergeAsync(TimeSpan within)
    {
        var began = Time.GetTimestamp();
        while (!IsConverged())
        {
            Assert.True(Time.GetElapsedTime(began) <= within, _run.Repeat($"not converged after {within}: {Board.Message}; {string.Join(" | ", Log.Lines.TakeLast(8))}"));
            await PassAsync();
        }
    }

    /// <summary>One pass of the loop, and on to the moment of the next.</summary>
    public async Task PassAsync()
    {
        var pass = _reconciler.RunDueAsync(Cancel);
        while (!pass.IsCompleted)
        {
            // Who does not answer lets the deadline pass; everything else goes on by itself.
            if (await Task.WhenAny(pass, Service.SilentAsync()) != pass)
            {
                Time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }
        }

        await pass;
        AssertPromise();
        var rest = _schedule.Next - Time.GetElapsedTime(_started);
        Time.Advance(rest > TimeSpan.Zero ? rest : TimeSpan.FromMilliseconds(1));
    }

    public void AssertPromise()
    {
        if (File.Exists(_file.Path))
        {
            var ini = IniReader.Read(File.ReadAllText(_file.Path));
            Assert.True(
                IniCheck.Check(ini, AnyFiles).IsEmpty && _known.Any(known => IniComparison.SaysTheSame(known, ini)),
                _run.Repeat($"the file is nothing that it may be: {File.ReadAllText(_file.Path)[..Math.Min(2000, (int)new FileInfo(_file.Path).Length)]}"));
        }

        Assert.DoesNotContain(Log.Lines.TakeLast(5), line => line.Contains(Token.Value, StringComparison.Ordinal) || line.Contains(Reasons.InternalError, StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _chmpx.Dispose();
        await Task.CompletedTask;
        _directory.Dispose();
    }

    /// <summary>What the run of chmpx that is under way shows.</summary>
    public byte[] Dump(int revision, params (string Name, string Socket, string Status)[] servers) => DumpText.From(DumpText.Of(revision, servers), pid: Systemd[Unit].MainPid);

    public byte[] GoodDump() => Dump(
        _file.Current?.FileVersion ?? 0,
        [.. (_file.Current?.Servers ?? []).Select(server => server["NAME"]!).Union(Servers).Select(DumpText.Good)]);

    private bool IsConverged() =>
        Board.IsSettled
        && _file.Current is { } ini
        && IniComparison.SaysTheSame(ini, ((ConfigurationPlan.Usable)ConfigurationPlan.Make(Service.Resource, Cuk, AnyFiles)).Ini);

    private async Task AnswerRingAsync(System.Net.Sockets.Socket socket, string command)
    {
        Looks++;
        if (Ring is null)
        {
            await socket.SendAsync(GoodDump(), CancellationToken.None);
        }
        else
        {
            await Ring(socket);
        }
    }
}
