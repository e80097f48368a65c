using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Chmpx;
using SlaveAgent.Hosting;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

/// <summary>The step over a real file, a real socket and a systemctl that is a process; only the time is not real.</summary>
public sealed class VerifyConnectionStepTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private readonly string _unit = Tools.NewUnit();
    private readonly Listener _chmpx;
    private readonly K2hr3Client _client;
    private readonly ConfigurationFile _file;
    private readonly RoleMemory _role;
    private readonly VerifyConnectionStep _step;
    private Func<int, byte[]> _answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Good("svr2"));

    /// <summary>What the pretended chmpx has loaded; null: whatever is in the file.</summary>
    private int? _stuck;

    public VerifyConnectionStepTests()
    {
        _chmpx = new Listener(async (socket, _) => await socket.SendAsync(_answer(_stuck ?? _file!.Current?.FileVersion ?? 0), Cancel), isLow: true);
        var role = Yrn.TryParse("yrn:yahoo:::t:role:c/slave")!;
        _client = new K2hr3Client(
            new K2hr3Identity(new Uri("http://127.0.0.1:1/"), role, role.TenantYrn, "cuk-slv1", "slv1", null, null, false),
            () => null, new RenewingHandler(TlsFiles.None), TimeSpan.FromSeconds(40), _time);
        _file = new ConfigurationFile(_directory.Root, "/etc/antpickax/k2hdkc.ini", UnixFileMode.UserRead | UnixFileMode.UserWrite, 5, _time);
        _role = new RoleMemory(_client, role.ToResource(), _directory.Root);
        var ring = new RingMemory();
        var resource = new ResourceReader(_client, role.ToResource(), _directory.Root);
        _step = new VerifyConnectionStep(
            _role, _file, ring, new LastGoodConfiguration(resource, _file, ring, "cuk-slv1", new HostFiles(_ => false, _ => false)), new ControlPort(TimeProvider.System), new Systemctl(new CommandRunner(TimeProvider.System)),
            new ChmpxSettings(_unit, Supervision.Direct, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(30)), _time);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private int Restarts => Tools.CallsAbout(_unit).Count(call => call.StartsWith("try-restart", StringComparison.Ordinal));

    public void Dispose()
    {
        _client.Dispose();
        _chmpx.Dispose();
        _directory.Dispose();
    }

    /// <summary>The regression guard of the watching path, in bytes: half as much again as today, with what a build without optimization adds.</summary>
    [Fact]
    public async Task A_quiet_look_judges_nothing_anew_and_allocates_little()
    {
        await WriteAsync("svr1", "svr2");
        var quiet = await _step.RunAsync(Cancel);
        long allocated = 0;
        const int looks = 50;
        for (var look = 0; look < looks; look++)
        {
            var thread = Environment.CurrentManagedThreadId;
            var before = GC.GetAllocatedBytesForCurrentThread();
            var looking = _step.RunAsync(Cancel);

            // A look that took longer than it was waited for says nothing about the usual one.
            allocated += looking.IsCompleted && thread == Environment.CurrentManagedThreadId ? GC.GetAllocatedBytesForCurrentThread() - before : 0;
            Assert.Same(quiet, await looking);
        }

        Assert.InRange(allocated / looks, 0, 3000);
    }

    [Fact]
    public void Few_slaves_ask_at_once_and_many_take_turns()
    {
        var outcome = new StepOutcome.Unchanged("connected");
        Assert.Equal(TimeSpan.Zero, VerifyConnectionStep.Demanding(outcome, "+a", 16).DemandSpread);
        var many = VerifyConnectionStep.Demanding(outcome, "+a", 5000);
        Assert.Equal((Steps.WriteConfiguration, "+a", TimeSpan.FromSeconds(150)), (many.Demands, many.DemandReason, many.DemandSpread));
    }

    [Fact]
    public async Task Without_a_configuration_it_waits()
    {
        var outcome = Assert.IsType<StepOutcome.Waiting>(await _step.RunAsync(Cancel));
        Assert.Equal("there is no configuration yet", outcome.Words);
        Assert.Equal(Steps.None, outcome.Demands);
    }

    [Fact]
    public async Task A_file_that_vanished_is_demanded_anew()
    {
        await WriteAsync("svr1", "svr2");
        await _step.RunAsync(Cancel);
        File.Delete(_file.Path);
        Assert.Equal(Steps.WriteConfiguration, (await _step.RunAsync(Cancel)).Demands);
    }

    [Fact]
    public async Task Connected_to_all_it_is_quiet_and_nothing_is_done_for_a_day()
    {
        await WriteAsync("svr1", "svr2");
        var (generation, asks) = await WatchAsync(TimeSpan.FromDays(1), TimeSpan.FromMinutes(5));
        Assert.Equal((1, 0, 0), (generation, asks, Restarts));
        Assert.True(_step.IsConnected);
    }

    [Fact]
    public async Task A_file_changed_by_others_is_asked_about_once()
    {
        await WriteAsync("svr1", "svr2");
        await _step.RunAsync(Cancel);
        _directory.Put("etc/antpickax/k2hdkc.ini", SampleIni.With(["svr1", "svr2"], generation: 9, controlPort: _chmpx.Port));
        Assert.Equal(Steps.WriteConfiguration, (await _step.RunAsync(Cancel)).Demands);
        Assert.Equal(Steps.None, (await _step.RunAsync(Cancel)).Demands);
    }

    [Fact]
    public async Task A_generation_that_is_never_loaded_is_stamped_twice_and_then_restarted_for_ever_more_rarely()
    {
        await WriteAsync("svr1", "svr2");
        _stuck = 1000;
        var (generation, asks) = await WatchAsync(TimeSpan.FromHours(2), TimeSpan.FromSeconds(10));
        Assert.Equal(1002, generation);
        Assert.Equal(0, asks);
        Assert.InRange(Restarts, 5, 18);
    }

    [Fact]
    public async Task Servers_that_never_let_the_slave_in_bring_neither_stamps_nor_restarts()
    {
        await WriteAsync("svr1", "svr2");
        _answer = revision => DumpText.Of(revision, DumpText.Down("svr1"), DumpText.Down("svr2"));
        var (generation, _) = await WatchAsync(TimeSpan.FromHours(2), TimeSpan.FromSeconds(10));
        Assert.Equal((1, 0), (generation, Restarts));
        Assert.False(_step.IsConnected);
    }

    [Fact]
    public async Task A_server_without_a_connection_for_ever_brings_two_stamps_and_ever_rarer_restarts()
    {
        await WriteAsync("svr1", "svr2");
        _answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Up("svr2"));
        var (generation, _) = await WatchAsync(TimeSpan.FromHours(2), TimeSpan.FromSeconds(10));
        Assert.Equal(3, generation);
        Assert.InRange(Restarts, 5, 18);
    }

    [Fact]
    public async Task A_server_that_lingers_is_purged_by_two_stamps_at_the_most()
    {
        await WriteAsync("svr1", "svr2");
        _answer = revision => DumpText.Of(revision, DumpText.Good("svr1"), DumpText.Good("svr2"), DumpText.Down("gone"));
        var (generation, asks) = await WatchAsync(TimeSpan.FromHours(2), TimeSpan.FromSeconds(10));
        Assert.Equal((3, 0, 0), (generation, asks, Restarts));
    }

    [Fact]
    public async Task A_silent_chmpx_is_restarted_ever_more_rarely()
    {
        await WriteAsync("svr1", "svr2");
        _answer = _ => [];
        var (generation, _) = await WatchAsync(TimeSpan.FromHours(2), TimeSpan.FromSeconds(10));
        Assert.Equal(1, generation);
        Assert.InRange(Restarts, 5, 18);
    }

    [Fact]
    public async Task A_changed_port_of_a_known_server_restarts_once()
    {
        await WriteAsync("svr1", "svr2");
        await _step.RunAsync(Cancel);
        _directory.Put("etc/antpickax/k2hdkc.ini", (await File.ReadAllTextAsync(_file.Path, Cancel))
            .Replace("8020", "9020", StringComparison.Ordinal).Replace("FILEVERSION         = 1", "FILEVERSION = 2", StringComparison.Ordinal));
        Assert.Contains("a changed PORT", (await _step.RunAsync(Cancel)).Words, StringComparison.Ordinal);
        Assert.Equal(1, Restarts);
        await WatchAsync(TimeSpan.FromHours(1), TimeSpan.FromSeconds(30));
        Assert.Equal(1, Restarts);
    }

    [Fact]
    public async Task A_restart_of_the_unit_does_not_wait_for_it()
    {
        await WriteAsync("svr1", "svr2");
        _answer = _ => [];
        await WatchAsync(TimeSpan.FromMinutes(2), TimeSpan.FromSeconds(10));
        Assert.Contains($"try-restart --no-block -- {_unit}", Tools.CallsAbout(_unit));
    }

    [Fact]
    public async Task A_role_that_is_no_slaves_wants_no_connection()
    {
        await WriteAsync("svr1", "svr2");
        _role.LearnUnreadable();
        Assert.IsType<StepOutcome.NothingToDo>(await _step.RunAsync(Cancel));
    }

    private async Task WriteAsync(params string[] servers) =>
        await _file.WriteAsync(IniReader.Read(SampleIni.With(servers, controlPort: _chmpx.Port)), null, Cancel);

    /// <returns>The generation at the end, and how often K2HR3 was wanted.</returns>
    private async Task<(int? Generation, int Asks)> WatchAsync(TimeSpan howLong, TimeSpan every)
    {
        var asks = 0;
        for (var passed = TimeSpan.Zero; passed < howLong; passed += every)
        {
            asks += (await _step.RunAsync(Cancel)).Demands.HasFlag(Steps.WriteConfiguration) ? 1 : 0;
            _time.Advance(every);
        }

        return (IniReader.Read(await File.ReadAllTextAsync(_file.Path, Cancel)).FileVersion, asks);
    }
}
