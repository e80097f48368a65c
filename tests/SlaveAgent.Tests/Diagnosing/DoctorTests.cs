using SlaveAgent.Chmpx;
using SlaveAgent.Diagnosing;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Diagnosing;

/// <summary>One thing of a slave is broken at a time, and its check names it by its code.</summary>
public sealed class DoctorTests
{
    private static readonly Dictionary<string, Fault> All = new Fault[]
    {
        new(CheckNames.Settings, "UnknownName", world => world.Configure("20", "chmpx:\n  unti: x\n")),
        new(CheckNames.Settings, "NotYaml", world => world.Configure("20", "a: [\n")),
        new(CheckNames.Settings, "BadTlsFile", world => world.Configure("20", "k2hr3:\n  ca_file: /none.pem\n")),
        new(CheckNames.Identity, "NoRole", world => Directory.Delete(world.Root.Agent.IdentityDirectory, recursive: true), world => Directory.EnumerateFiles(world.Directory.At("etc/antpickax"), "k2hr3-*").ToList().ForEach(File.Delete)),
        new(CheckNames.Identity, "NoToken", world => Directory.Delete(world.Root.Agent.IdentityDirectory, recursive: true), world => File.Delete(world.Directory.At("etc/antpickax/k2hr3-role-token"))),
        new(CheckNames.Identity, "Unregistered", world => TempDirectory.PutAt(world.Root.Agent.UnregisteredMarker, string.Empty)),
        new(CheckNames.Token, "Exposed", world => File.SetUnixFileMode(world.Directory.At("etc/antpickax/k2hr3-role-token"), (UnixFileMode)0b110_100_100)),
        new(CheckNames.Proxy, "Connection", world => world.Configure("20", $"k2hr3:\n  proxy: http://127.0.0.1:{Listener.ClosedPort()}\n")),
        new(CheckNames.K2hr3Name, "NameResolution", world => world.Accept(new Uri("http://no-such-host.invalid/"))),
        new(CheckNames.K2hr3Address, "Connection", world => world.Accept(new Uri($"http://127.0.0.1:{Listener.ClosedPort()}/"))),
        new(CheckNames.K2hr3Tls, "Handshake", world => world.Accept(new UriBuilder(world.K2hr3.Address) { Scheme = "https" }.Uri)),
        new(CheckNames.K2hr3Tls, "PlainHttp"),
        new(CheckNames.K2hr3Answer, Reasons.K2hr3Unreachable, world => world.K2hr3.Trouble = 500),
        new(CheckNames.Clock, "Differs", world => world.K2hr3.Date = DateTimeOffset.UtcNow.AddMinutes(-3)),
        new(CheckNames.Role, Reasons.TokenRejected, world => world.K2hr3.Trouble = 401),
        new(CheckNames.Role, Reasons.K2hr3Refused, world => world.K2hr3.Text = null),
        new(CheckNames.Resource, Reasons.NotASlave, world => world.K2hr3.Text = "[GLOBAL]\nMODE = SERVER\n"),
        new(CheckNames.Resource, "KeyMissing", world => world.K2hr3.Text = world.Text.Replace("GROUP = ring\n", string.Empty, StringComparison.Ordinal)),
        new(CheckNames.Registered, "NotListed", world => world.K2hr3.Text = world.Text.Replace("[SLVNODE]\nNAME = localhost\nCUK = cuk-slv1", "[SLVNODE]\nNAME = localhost\nCUK = cuk-slv9", StringComparison.Ordinal)),
        new(CheckNames.Registered, "OtherAddress", world => world.MoreOfSlave = "ENDPOINTS = 192.0.2.7:8031", world => world.SlaveName = "192.0.2.7", world => world.Write()),
        new(CheckNames.Agent, Reasons.NoAgent, world => world.EndAgent()),
        new(CheckNames.Agent, Reasons.AsDesired, world => world.Say(ConnectionStates.Disconnected)),
        new(CheckNames.Packages, Reasons.PackagesMissing, world => Keys(world, "no-such-package-of-anybody")),
        new(CheckNames.Packages, Reasons.InvalidName, world => Keys(world, "-o")),
        new(CheckNames.ChmpxUser, Reasons.ChmpxUserMissing, world => world.Directory.Put("etc/passwd", "root:x:0:0::/root:/bin/sh\napp:x:2001:2001::/:/bin/sh\n")),
        new(CheckNames.ChmpxUser, Reasons.ChmpxGroupMissing, world => world.Directory.Put("etc/group", "app:x:2001:\n")),
        new(CheckNames.Unit, "Failed", world => world.Show("LoadState=loaded\nActiveState=failed\nResult=exit-code\nExecMainCode=1\nExecMainStatus=3\nNRestarts=9")),
        new(CheckNames.Unit, "NotFound", world => world.Show("LoadState=not-found\nActiveState=inactive")),
        new(CheckNames.Unit, "Masked", world => world.Show("LoadState=masked\nActiveState=inactive")),
        new(CheckNames.Unit, "Disabled", world => world.Show("LoadState=loaded\nActiveState=active\nResult=success\nUnitFileState=disabled")),
        new(CheckNames.MessageLimit, "TooLow", world => world.Directory.Put("proc/sys/fs/mqueue/msg_max", "10\n")),
        new(CheckNames.Ini, Reasons.NoConfiguration, world => File.Delete(world.IniPath)),
        new(CheckNames.Ini, "Directory", world => File.Delete(world.IniPath), world => Directory.CreateDirectory(world.IniPath)),
        new(CheckNames.Ini, "SectionMissing", world => world.WriteFile("[GLOBAL]\nFILEVERSION = 7\n")),
        new(CheckNames.IniMode, "WritableByOthers", world => File.SetUnixFileMode(world.IniPath, (UnixFileMode)0b110_110_110)),
        new(CheckNames.IniMode, "OtherMode", world => File.SetUnixFileMode(world.IniPath, (UnixFileMode)0b110_000_000)),
        new(CheckNames.IniContent, Reasons.ForeignFile, world => world.WriteFile(world.Text + "# somebody else's\n")),
        new(CheckNames.OwnName, "OfAnotherHost", world => world.SlaveName = "192.0.2.7", world => world.Write()),
        new(CheckNames.ShellTooling, "Enabled", EnableTooling),
        new(CheckNames.Chmpx, "Unresponsive", world => world.Dump = null),
        new(CheckNames.Generation, "NotLoaded", world => world.Dump = DumpText.Of(6, DumpText.Good("svr1"), DumpText.Good("svr2"))),
        new(CheckNames.ServerName, "NotResolved", world => world.SecondServer = "no-such-host.invalid", world => world.Write()),
        new(CheckNames.ServerDataPort, "Closed", LoseSecond, world => world.DataPort = Listener.ClosedPort(), world => world.Write()),
        new(CheckNames.ServerControlPort, "Closed", LoseSecond, world => world.ControlPort = Listener.ClosedPort(), world => world.Write()),
        new(CheckNames.ServerConnection, "NotConnected", LoseSecond),
        new(CheckNames.ServerConnection, "ServerDown", LoseSecond, world => world.Ring = DoctorWorld.RingOf(("svr1", "[SERVICE IN][UP]"), ("svr2", "[SERVICE IN][DOWN]"))),
        new(CheckNames.ServerState, "Down", world => world.Ring = DoctorWorld.RingOf(("svr1", "[SERVICE IN][UP]"), ("svr2", "[SERVICE IN][DOWN]"))),
        new(CheckNames.ServerState, "Absent", world => world.Ring = DoctorWorld.RingOf(("svr1", "[SERVICE IN][UP]"))),
        new(CheckNames.ServerState, "OutOfService", world => world.Ring = DoctorWorld.RingOf(("svr1", "[SERVICE IN][UP]"), ("svr2", "[SERVICE OUT][UP]"))),
        new(CheckNames.RingRoom, "RingNearlyFull", world => world.MoreOfGlobal = "MAXCHMPX = 3", world => world.Write()),
        new(CheckNames.User, "Missing", world => world.User = "nobody-of-this-name"),
        new(CheckNames.UserGroup, "NotAMember", world => world.Directory.Put("etc/group", "k2hdkc:x:990:\napp:x:2001:\n")),
        new(CheckNames.UserDirectory, "Closed", world => File.SetUnixFileMode(world.Directory.At("run/antpickax"), (UnixFileMode)0b111_101_101)),
        new(CheckNames.UserDirectory, "Missing", world => Directory.Delete(world.Directory.At("run/antpickax"))),
        new(CheckNames.UserIni, "Unreadable", world => File.SetUnixFileMode(world.IniPath, (UnixFileMode)0b110_000_000)),
        new(CheckNames.UserIni, "DirectoryClosed", world => File.SetUnixFileMode(world.Directory.At("etc/antpickax"), (UnixFileMode)0b111_000_000)),
    }.ToDictionary(fault => $"{fault.Check} {fault.Reason}");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Faults => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_is_named_by_its_check(string fault)
    {
        await using var world = await DoctorWorld.CreateAsync();
        foreach (var step in All[fault].Steps)
        {
            step(world);
        }

        var report = await world.DiagnoseAsync();
        var found = report.Checks.Where(check => check.Name == All[fault].Check && check.Reason == All[fault].Reason).ToList();
        Assert.True(found.Count > 0, DiagnosisText.Json(report));
        Assert.All(found, check => Assert.True(check is { Verdict: CheckVerdict.Failed or CheckVerdict.Warning, Next: not null }, DiagnosisText.Json(report)));
    }

    [Fact]
    public void Each_check_has_a_fault() =>
        Assert.Empty(typeof(CheckNames).GetFields().Select(field => (string)field.GetValue(null)!).Except(All.Values.Select(fault => fault.Check)).Except([CheckNames.Certificate, CheckNames.Disk, CheckNames.Key]));

    [Theory]
    [InlineData("untrusted", CheckNames.K2hr3Tls, "Untrusted")]
    [InlineData("other-name", CheckNames.K2hr3Tls, "NameMismatch")]
    [InlineData("expired", CheckNames.Certificate, "Expired")]
    [InlineData("soon", CheckNames.Certificate, "EndsSoon")]
    public async Task What_is_wrong_with_a_certificate_is_named(string what, string check, string reason)
    {
        using var issuer = new TestCertificates();
        using var other = new TestCertificates();
        using var shown = issuer.Server(what == "other-name" ? "k2hr3.test" : null, what == "expired" ? TimeSpan.FromDays(1.5) : null);
        await using var world = await DoctorWorld.CreateAsync();
        await world.ServeTlsAsync(what == "untrusted" ? other : issuer, shown);
        var report = await world.DiagnoseAsync();
        Assert.True(report.Checks.Any(found => found.Name == check && found.Reason == reason), DiagnosisText.Json(report));
    }

    [Fact]
    public async Task An_address_that_does_not_answer_ends_in_time_and_holds_up_no_other_check()
    {
        using var hole = new BlackHole();
        await using var world = await DoctorWorld.CreateAsync();
        world.Accept(hole.Address);
        var report = await world.DiagnoseAsync();
        Assert.True(report.Checks.Any(check => check is { Name: CheckNames.K2hr3Address, Reason: "Timeout" }), DiagnosisText.Json(report));
        Assert.Contains(report.Checks, check => check is { Name: CheckNames.ServerConnection, Verdict: CheckVerdict.Ok });
    }

    [Fact]
    public async Task A_check_that_hangs_is_named_at_its_deadline()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var running = new Diagnosis([new Stuck()], Diagnosis.Deadline, time).RunAsync(Cancel);
        await Eventually.IsTrueAsync(
            () =>
            {
                time.Advance(Diagnosis.Deadline);
                return running.IsCompleted;
            },
            "the end of the checks");
        Assert.Equal(["Deadline"], (await running).Select(result => result.Reason));
    }

    [Theory]
    [InlineData(DiskCheck.Needed - 1, "Full")]
    [InlineData(DiskCheck.Needed, "NearlyFull")]
    [InlineData(DiskCheck.Little, null)]
    public void A_full_disk_is_named(long free, string? reason) => Assert.Equal(reason, DiskCheck.Judge("/var/lib", free).Reason);

    [Fact]
    public void A_connection_on_which_nothing_is_acknowledged_is_named() => Assert.Contains(
        ServersJudge.Judge([new ServerObservation("svr1", "192.0.2.1:8020", new RingServer(new NodeKey("c", 1), "svr1", true, true, false) { IsHalfOpen = true }, null, null, null)], hasView: true, null),
        check => check is { Name: CheckNames.ServerConnection, Reason: "HalfOpen" });

    [Fact]
    public void Of_ports_that_nobody_tried_nothing_is_said() => Assert.All(
        ServersJudge.Judge([new ServerObservation("svr1", null, null, null, null, null)], hasView: false, null).Where(check => check.Name != CheckNames.ServerName),
        check => Assert.Equal(CheckVerdict.Skipped, check.Verdict));

    [Fact]
    public async Task The_ring_is_asked_of_one_connected_server_only()
    {
        await using var world = await DoctorWorld.CreateAsync();
        var asked = 0;
        using var control = new Listener(async (socket, _) => { Interlocked.Increment(ref asked); await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(world.Ring), Cancel); }, isLow: true);
        world.ControlPort = control.Port;
        world.Write();
        await world.DiagnoseAsync();
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("no-such-host.invalid")]
    public async Task A_control_port_that_gives_no_answer_or_was_not_asked_is_neither_closed_nor_well(string host)
    {
        await using var world = await DoctorWorld.CreateAsync();
        (world.ControlHost, world.Ring) = (host, string.Empty);
        world.Write();
        var report = await world.DiagnoseAsync();
        Assert.True(report.Checks.Where(check => check.Name == CheckNames.ServerControlPort).All(check => check.Verdict == CheckVerdict.Skipped), DiagnosisText.Json(report));
    }

    /// <summary>In the mode of a file with an access control list the list's mask stands in the group's place.</summary>
    [Theory]
    [InlineData(0b110_110_110, "WritableByOthers")]
    [InlineData(0b110_000_000, "OtherMode")]
    [InlineData(0b110_100_100, null)]
    public async Task The_mode_of_a_file_with_an_access_list_is_the_lists(int mode, string? reason)
    {
        await using var world = await DoctorWorld.CreateAsync();
        Allow(world, new FileReaders(4242, 4300), (UnixFileMode)mode);
        var report = await world.DiagnoseAsync();
        Assert.True(report.Checks.Single(check => check.Name == CheckNames.IniMode).Reason == reason, DiagnosisText.Json(report));
    }

    [Theory]
    [InlineData(2001u, null, null)]
    [InlineData(null, 990u, null)]
    [InlineData(4242u, 4300u, "Unreadable")]
    public async Task Who_may_read_the_configuration_by_its_access_list_may_read_it(uint? user, uint? group, string? reason)
    {
        await using var world = await DoctorWorld.CreateAsync();
        Allow(world, new FileReaders(user, group), (UnixFileMode)0b110_100_000);
        var report = await world.DiagnoseAsync();
        Assert.True(report.Checks.Single(check => check.Name == CheckNames.UserIni) is var found && found.Reason == reason && found.Verdict == (reason is null ? CheckVerdict.Ok : CheckVerdict.Failed), DiagnosisText.Json(report));
    }

    /// <summary>A poll between a write and chmpx's notice of it loses the reload.</summary>
    [Fact]
    public async Task Chmpx_is_left_alone_after_a_write_that_comes_while_the_checks_run()
    {
        await using var world = await DoctorWorld.CreateAsync();
        // Behind the file's times, so that the pause counts from when the change is seen.
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UtcNow.AddHours(-1));
        DateTimeOffset? polled = null;
        world.Polled = () => polled = time.GetUtcNow();
        var host = await DiagnosedHost.CreateAsync(world.Setup, time, Cancel);
        world.Write();
        var written = time.GetUtcNow();
        var view = host.ViewAsync();
        await Eventually.IsTrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromMilliseconds(10));
                return view.IsCompleted;
            },
            "chmpx's answer");
        Assert.NotNull(await view);
        Assert.InRange(polled!.Value - written, TimeSpan.FromMilliseconds(200), TimeSpan.MaxValue);
    }

    private static void Keys(DoctorWorld world, string package) => new SlaveAgent.Roles.RoleKeys([package], [], [world.Unit]).Save(world.Root.Agent.RoleKeys);

    private static void Allow(DoctorWorld world, FileReaders readers, UnixFileMode mode)
    {
        try
        {
            ExtendedAttributes.SetAccessList(world.IniPath, AccessList.Of(UnixFileMode.UserRead | UnixFileMode.UserWrite).With(readers).With(mode));
        }
        catch (FileBlockedException e)
        {
            Assert.Skip($"the file system of the test's directory has no access control lists: {e.Message}");
        }
    }

    private static void LoseSecond(DoctorWorld world) => world.Dump = DumpText.Of(7, DumpText.Good("svr1"), DumpText.Up("svr2"));

    private static void EnableTooling(DoctorWorld world)
    {
        var timer = Path.ChangeExtension(Tools.NewUnit(), ".timer");
        world.Configure("20", $"services:\n  superseded: [{timer}]\n");
        world.Directory.Put($"usr/lib/systemd/system/{timer}", "[Timer]\n");
        Tools.Show(timer, $"Id={timer}\nNames={timer}\nLoadState=loaded\nActiveState=inactive\nUnitFileState=enabled");
    }

    /// <param name="Steps">What breaks it.</param>
    private sealed record Fault(string Check, string Reason, params Action<DoctorWorld>[] Steps);

    private sealed class Stuck : ICheck
    {
        public string Name => "stuck";

        public CheckGroup Group => CheckGroup.K2hr3;

        // Does not heed its token.
        public Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel) => new TaskCompletionSource<IReadOnlyList<CheckResult>>().Task;
    }
}
