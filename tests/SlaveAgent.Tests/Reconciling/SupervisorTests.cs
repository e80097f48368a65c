using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Settings;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

public sealed class SupervisorTests : IDisposable
{
    private const string Reload = "daemon-reload";

    private readonly TempDirectory _directory = new();
    private readonly string _unit = Tools.NewUnit();

    public SupervisorTests()
    {
        Tools.Take(Reload);
        Tools.SetFailure(Reload, Reload, null);
        NeedReload("no");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string DropIn => _directory.At($"etc/systemd/system/{_unit}.d/k2hdkc-slave-agent.conf");

    private static int Reloads => Tools.CallsAbout(Reload).Length;

    private int Restarts => Tools.CallsAbout(_unit).Count(call => call == $"try-restart --no-block -- {_unit}");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Where_a_users_programs_find_the_configuration_is_left_for_their_units()
    {
        Assert.Null(await PrepareAsync(Supervision.Helper));
        Assert.Equal($"CHMCONFFILE={Supervisors.Ini}\n", File.ReadAllText(_directory.At(AgentPaths.EnvironmentFile)));
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
    public async Task A_drop_in_of_an_earlier_version_is_replaced_and_loaded_and_restarts_nothing()
    {
        PutPackage();
        _directory.Put($"etc/systemd/system/{_unit}.d/k2hdkc-slave-agent.conf", "[Service]\nUser=k2hdkc\nExecStart=\nExecStart=/usr/bin/chmpx -conf /etc/antpickax/k2hdkc.ini\n");
        var before = Reloads;
        Assert.Null(await PrepareAsync(Supervision.Direct));
        Assert.Contains("UMask=0007", File.ReadAllText(DropIn), StringComparison.Ordinal);
        Assert.Equal((before + 1, 0), (Reloads, Restarts));
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
    public async Task Units_are_loaded_again_while_systemd_says_that_it_needs_to()
    {
        PutPackage();
        Assert.Null(await PrepareAsync(Supervision.Direct));
        var before = Reloads;
        NeedReload("yes");
        Assert.Null(await PrepareAsync(Supervision.Direct));
        Assert.Equal(before + 1, Reloads);
        NeedReload("no");
        Assert.Null(await PrepareAsync(Supervision.Direct));
        Assert.Equal(before + 1, Reloads);
    }

    [Fact]
    public async Task A_reload_that_failed_is_repeated_and_the_restart_that_waits_for_it_is_not_forgotten()
    {
        PutPackage();
        Tools.SetFailure(Reload, Reload, "Connection timed out");
        Assert.Equal("systemctl daemon-reload failed: Connection timed out", await PrepareAsync(Supervision.Direct));
        Assert.Equal(0, Restarts);

        // Another agent process: what the first one knew is gone.
        Tools.SetFailure(Reload, Reload, null);
        NeedReload("yes");
        var before = Reloads;
        Assert.Null(await PrepareAsync(Supervision.Direct));
        Assert.Equal((before + 1, 1), (Reloads, Restarts));
    }

    [Fact]
    public async Task A_restart_that_failed_is_said_and_repeated()
    {
        PutPackage();
        Tools.LetFail(_unit, "try-restart", "Access denied");
        Assert.Equal($"restarting {_unit} failed: Access denied", await PrepareAsync(Supervision.Direct));
        Tools.SetFailure(_unit, "try-restart", null);
        Assert.Null(await PrepareAsync(Supervision.Direct));
        Assert.Null(await PrepareAsync(Supervision.Direct));
        Assert.Equal(2, Restarts);
    }

    [Fact]
    public async Task Nothing_is_written_while_nobody_knows_whom_chmpx_runs_as()
    {
        PutPackage();
        var before = Reloads;
        Assert.Null(await PrepareAsync(Supervision.Direct, sharing: null));
        Assert.False(File.Exists(DropIn));
        Assert.Equal((before, 0), (Reloads, Restarts));
    }

    private void NeedReload(string answer) => Tools.Show(_unit, $"Id={_unit}\nNeedDaemonReload={answer}");

    private void PutPackage()
    {
        _directory.Put($"lib/systemd/system/{_unit}", "ExecStart=/usr/libexec/chmpx-service-helper start\n");
        _directory.Put("usr/bin/chmpx", string.Empty);
    }

    private Task<string?> PrepareAsync(Supervision supervision) => PrepareAsync(supervision, new ChmpxSharing("k2hdkc", "k2hdkc", null));

    private Task<string?> PrepareAsync(Supervision supervision, ChmpxSharing? sharing) => Supervisors.Make(
        _directory.Root,
        new ChmpxSettings(_unit, supervision, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(30)),
        sharing).PrepareAsync(Cancel);
}
