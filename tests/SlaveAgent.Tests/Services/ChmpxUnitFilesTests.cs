using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Hosting;
using SlaveAgent.Services;
using SlaveAgent.Settings;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Services;

/// <summary>The files; what is requested of systemd because of them, <see cref="ServiceControllerTests"/> see.</summary>
public sealed class ChmpxUnitFilesTests : IDisposable
{
    private const string Unit = "chmpx.service";

    private static readonly ChmpxSharing Known = new("k2hdkc", "k2hdkc", null);

    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();

    private string DropIn => _directory.At($"etc/systemd/system/{Unit}.d/k2hdkc-slave-agent.conf");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Where_a_users_programs_find_the_configuration_is_left_for_their_units()
    {
        Assert.Null(Make(Supervision.Helper).Prepare());
        Assert.Equal($"CHMCONFFILE={UnitFiles.Ini}\n", File.ReadAllText(_directory.Root.Agent.EnvironmentFile));
    }

    [Fact]
    public void A_change_counts_from_when_systemd_has_loaded_it()
    {
        PutPackage();
        var change = Make().Prepare()!;
        _time.Advance(TimeSpan.FromSeconds(7));
        var observed = _time.GetElapsedTime(0);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(change with { At = observed }, Make().NoteNotLoaded(change, observed));
        Assert.Equal(change with { At = observed }, Make().Prepare());
    }

    [Fact]
    public void A_packaged_chmpx_is_run_directly_from_the_first_time_on_and_by_its_helper_again_when_that_is_wanted()
    {
        PutPackage();
        var came = _time.GetElapsedTime(0);
        Assert.Equal(new UnitChange(came, NeedsRestart: true, IsDirect: true), Make().Prepare());
        Assert.True(File.Exists(DropIn));

        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(new UnitChange(came, NeedsRestart: true, IsDirect: true), Make().Prepare());
        Make().Forget();
        Assert.Null(Make().Prepare());

        Assert.Equal(new UnitChange(_time.GetElapsedTime(0), NeedsRestart: true, IsDirect: false), Make(Supervision.Helper).Prepare());
        Assert.False(File.Exists(DropIn));
        Make().Forget();
        Assert.Null(Make(Supervision.Helper).Prepare());
    }

    [Fact]
    public void A_drop_in_of_an_earlier_version_is_replaced_and_needs_no_restart()
    {
        PutPackage();
        _directory.Put($"etc/systemd/system/{Unit}.d/k2hdkc-slave-agent.conf", "[Service]\nUser=k2hdkc\nExecStart=\nExecStart=/usr/bin/chmpx -conf /etc/antpickax/k2hdkc.ini\n");
        Assert.Equal(new UnitChange(_time.GetElapsedTime(0), NeedsRestart: false, IsDirect: true), Make().Prepare());
        Assert.Contains("UMask=0007", File.ReadAllText(DropIn), StringComparison.Ordinal);
    }

    [Fact]
    public void A_restart_that_is_due_stays_due_when_the_drop_in_changes_once_more()
    {
        PutPackage();
        Make().Prepare();
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(new UnitChange(_time.GetElapsedTime(0), NeedsRestart: true, IsDirect: true), Make(sharing: new ChmpxSharing("another", "k2hdkc", null)).Prepare());
    }

    [Fact]
    public void What_is_to_be_done_is_kept_before_the_drop_in_is_written()
    {
        PutPackage();
        _directory.Put($"etc/systemd/system/{Unit}.d", "in the way");
        Assert.ThrowsAny<IOException>(() => Make().Prepare());
        File.Delete(_directory.At($"etc/systemd/system/{Unit}.d"));
        Assert.True(Make().Prepare()?.NeedsRestart);
        Assert.True(File.Exists(DropIn));
    }

    [Fact]
    public void A_chmpx_that_is_not_the_packaged_one_is_left_as_it_is()
    {
        Assert.Null(Make().Prepare());
        Assert.False(File.Exists(DropIn));
    }

    [Fact]
    public void Nothing_is_written_while_nobody_knows_whom_chmpx_runs_as()
    {
        PutPackage();
        Assert.Null(UnitFiles.Make(_directory.Root, Settings(Supervision.Direct), null, _time).Prepare());
        Assert.False(File.Exists(DropIn));
    }

    private static ChmpxSettings Settings(Supervision supervision) => new(Unit, supervision, TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(30));

    private void PutPackage()
    {
        _directory.Put($"lib/systemd/system/{Unit}", "ExecStart=/usr/libexec/chmpx-service-helper start\n");
        _directory.Put("usr/bin/chmpx", string.Empty);
    }

    private ChmpxUnitFiles Make(Supervision supervision = Supervision.Direct, ChmpxSharing? sharing = null) =>
        UnitFiles.Make(_directory.Root, Settings(supervision), sharing ?? Known, _time);
}
