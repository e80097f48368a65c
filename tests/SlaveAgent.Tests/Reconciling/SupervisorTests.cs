using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

public sealed class SupervisorTests : IDisposable
{
    private const string Ini = "/etc/antpickax/k2hdkc.ini";

    private const string Reload = "daemon-reload";

    private readonly TempDirectory _directory = new();
    private readonly string _unit = Tools.NewUnit();

    public SupervisorTests() => Tools.Take(Reload);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string DropIn => _directory.At($"etc/systemd/system/{_unit}.d/k2hdkc-slave-agent.conf");

    private static int Reloads => Tools.CallsAbout(Reload).Length;

    private int Restarts => Tools.CallsAbout(_unit).Count(call => call == $"try-restart --no-block -- {_unit}");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Where_a_users_programs_find_the_configuration_is_left_for_their_units()
    {
        Assert.Null(await PrepareAsync(Supervision.Helper));
        Assert.Equal($"CHMCONFFILE={Ini}\n", File.ReadAllText(_directory.At(AgentPaths.EnvironmentFile)));
    }

    [Fact]
    public async Task A_packaged_chmpx_is_run_directly_from_the_first_time_on_and_by_its_helper_again_when_that_is_wanted()
    {
        PutPackage();
        var before = Reloads;
        Assert.Null(await PrepareAsync(Supervision.Direct));
        Assert.Null(await PrepareAsync(Supervision.Direct));
        Assert.True(File.Exists(DropIn));
        Assert.Equal((before + 1, 1), (Reloads, Restarts));

        Assert.Null(await PrepareAsync(Supervision.Helper));
        Assert.Null(await PrepareAsync(Supervision.Helper));
        Assert.False(File.Exists(DropIn));
        Assert.Equal((before + 2, 2), (Reloads, Restarts));
    }

    [Fact]
    public async Task Other_words_in_the_drop_in_are_loaded_and_restart_nothing()
    {
        PutPackage();
        Assert.Null(await PrepareAsync(Supervision.Direct));
        await File.AppendAllTextAsync(DropIn, "# another's\n", Cancel);
        var before = Reloads;
        Assert.Null(await PrepareAsync(Supervision.Direct));
        Assert.Equal((before + 1, 1), (Reloads, Restarts));
    }

    [Fact]
    public async Task A_chmpx_that_is_not_the_packaged_one_is_left_as_it_is()
    {
        var before = Reloads;
        Assert.Null(await PrepareAsync(Supervision.Direct));
        Assert.False(File.Exists(DropIn));
        Assert.Equal((before, 0), (Reloads, Restarts));
    }

    [Fact]
    public async Task A_restart_that_failed_is_said()
    {
        PutPackage();
        Tools.LetFail(_unit, "try-restart", "Access denied");
        Assert.Equal($"restarting {_unit} failed: Access denied", await PrepareAsync(Supervision.Direct));
    }

    private void PutPackage()
    {
        _directory.Put($"lib/systemd/system/{_unit}", "ExecStart=/usr/libexec/chmpx-service-helper start\n");
        _directory.Put("usr/bin/chmpx", string.Empty);
    }

    private Task<string?> PrepareAsync(Supervision supervision) => new Supervisor(
        _directory.Root,
        new ChmpxDropIn(_directory.Root, _unit, Ini, () => null),
        Ini,
        new ChmpxSettings(_unit, supervision, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(30)),
        new Systemctl(new CommandRunner(TimeProvider.System))).PrepareAsync(Cancel);
}
