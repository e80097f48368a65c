using SlaveAgent.Hosting;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hosting;

public sealed class SystemctlShowTests
{
    private readonly Systemctl _systemctl = new(new CommandRunner(TimeProvider.System));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Units_are_asked_about_in_one_call()
    {
        var (first, last) = (Tools.NewUnit(), Tools.NewUnit());
        Tools.Show(last, $"Id={first}\nActiveState=active\n\nId={last}\nActiveState=failed");
        var units = await _systemctl.ShowAsync([first, last], Cancel);
        Assert.Equal([UnitActiveState.Active, UnitActiveState.Failed], [units![first].Active, units[last].Active]);
        Assert.Equal($"show -p {UnitStatusReader.Properties} -- {first} {last}", Assert.Single(Tools.CallsAbout(last)));
    }

    [Fact]
    public async Task A_name_that_is_none_is_not_asked_about()
    {
        var unit = Tools.NewUnit();
        Tools.Show(unit, $"Id={unit}\nActiveState=active");
        Assert.Equal([unit], (await _systemctl.ShowAsync(["--now", unit], Cancel))!.Keys);
        Assert.DoesNotContain("--now", Assert.Single(Tools.CallsAbout(unit)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_template_is_not_asked_about_for_the_whole_call_would_fail_on_it()
    {
        var unit = Tools.NewUnit();
        Tools.Show(unit, $"Id={unit}\nActiveState=active");
        Assert.Equal([unit], (await _systemctl.ShowAsync(["getty@.service", unit, "getty@"], Cancel))!.Keys);
    }

    [Fact]
    public async Task A_systemd_that_says_something_else_does_not_answer()
    {
        var unit = Tools.NewUnit();
        Tools.LetFail(unit, "show", "Failed to connect to bus: No such file or directory");
        Assert.Null(await _systemctl.ShowAsync([unit], Cancel));
        Assert.Null(await _systemctl.ActiveDependentsAsync(unit, Cancel));
    }

    [Fact]
    public async Task Of_the_units_that_depend_on_it_the_active_ones_are_told()
    {
        var (unit, stopped, running) = (Tools.NewUnit(), Tools.NewUnit(), Tools.NewUnit());
        Tools.Show(unit, $"{stopped}\n{stopped} {running}");
        Tools.Show(running, $"Id={stopped}\nActiveState=inactive\n\nId={running}\nActiveState=active");
        Assert.Equal([running], (await _systemctl.ActiveDependentsAsync(unit, Cancel))!.Value);
    }

    [Fact]
    public async Task A_unit_that_nothing_depends_on_has_none()
    {
        var unit = Tools.NewUnit();
        Tools.Show(unit, string.Empty);
        Assert.Empty((await _systemctl.ActiveDependentsAsync(unit, Cancel))!.Value);
        Assert.Single(Tools.CallsAbout(unit));
    }

    [Fact]
    public async Task Starts_restarts_and_stops_are_requested_without_waiting_for_their_jobs()
    {
        var unit = Tools.NewUnit();
        await _systemctl.StartAsync(unit, Cancel);
        await _systemctl.TryRestartAsync(unit, Cancel);
        await _systemctl.RequestStopAsync(unit, Cancel);
        await _systemctl.EnableAsync(unit, Cancel);
        await _systemctl.DisableAsync(unit, Cancel);
        Assert.Equal(
            [$"start --no-block -- {unit}", $"try-restart --no-block -- {unit}", $"stop --no-block -- {unit}", $"enable -- {unit}", $"disable -- {unit}"], Tools.CallsAbout(unit));
    }

    [Fact]
    public async Task The_real_systemd_is_understood()
    {
        Assert.SkipUnless(Directory.Exists("/run/systemd/system"), "systemd does not run here");
        var units = await _systemctl.ShowAsync(["systemd-journald.service", "no-such-unit-anywhere.service"], Cancel);
        Assert.Equal((UnitLoadState.Loaded, true), (units!["systemd-journald.service"].Load, units["systemd-journald.service"].IsActive));
        Assert.Equal(UnitLoadState.NotFound, units["no-such-unit-anywhere.service"].Load);
    }
}
