using CsCheck;
using SlaveAgent.Hosting;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hosting;

public sealed class UnitStatusReaderTests
{
    // As systemd 252 prints them.
    private const string Running = """
        Restart=always
        Result=success
        NRestarts=3
        MainPID=1234
        ExecMainStartTimestampMonotonic=61234567
        ExecMainCode=0
        ExecMainStatus=0
        Id=chmpx.service
        Names=chmpx.service chmpx-alias.service
        RequiredBy=app.service
        BoundBy=app.service other.service
        LoadState=loaded
        ActiveState=active
        SubState=running
        NeedDaemonReload=yes
        ConditionResult=yes
        ConditionTimestampMonotonic=61234000

        """;

    private const string Missing = """
        Id=missing.service
        Names=missing.service
        LoadState=not-found
        ActiveState=inactive
        SubState=dead
        NeedDaemonReload=no
        ConditionResult=no
        ConditionTimestampMonotonic=0

        """;

    [Fact]
    public void A_unit_that_runs_is_read_whole()
    {
        var unit = Read(Running, "chmpx.service");
        Assert.Equal(["app.service", "other.service"], unit.Dependents);
        Assert.Equal(
            new UnitStatus(
                "chmpx.service", UnitLoadState.Loaded, UnitActiveState.Active, "running", "success", Exit: null, Restarts: 3, IsSkipped: false, NeedsReload: true, MainPid: 1234,
                TimeSpan.FromMicroseconds(61_234_567), unit.Dependents)
            {
                CheckedAt = TimeSpan.FromMicroseconds(61_234_000),
            },
            unit);
        Assert.True(unit.IsActive);
    }

    [Fact]
    public void Of_several_units_each_is_found_in_whatever_order_and_under_its_other_names()
    {
        var units = UnitStatusReader.Read($"{Missing}\n{Running}", ["chmpx-alias", "missing.service", "never-shown.service", "chmpx.service"]);
        Assert.Equal(["chmpx-alias", "chmpx.service", "missing.service"], units.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(1234, units["chmpx-alias"].MainPid);
        Assert.Equal("chmpx-alias", units["chmpx-alias"].Name);
    }

    [Fact]
    public void A_unit_that_systemd_does_not_know_is_not_found_and_was_not_skipped()
    {
        var unit = Read(Missing, "missing.service");
        Assert.Equal((UnitLoadState.NotFound, UnitActiveState.Inactive, false, false), (unit.Load, unit.Active, unit.IsSkipped, unit.IsActive));
        Assert.Equal((null, null, 0), (unit.Exit, unit.StartedAt, unit.MainPid));
        Assert.Empty(unit.Dependents);
    }

    [Theory]
    [InlineData("1", "0", false, 0)]
    [InlineData("1", "203", false, 203)]
    [InlineData("2", "9", true, 9)]
    [InlineData("3", "11", true, 11)]
    public void The_last_end_tells_status_or_signal(string code, string status, bool isSignal, int number)
    {
        var exit = Read($"Id=a.service\nExecMainCode={code}\nExecMainStatus={status}\n", "a.service").Exit;
        Assert.Equal(new MainExit(isSignal, number), exit);
        Assert.EndsWith(status, exit.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Result=exec-condition\nConditionResult=yes", true)]
    [InlineData("Result=success\nConditionResult=no\nConditionTimestampMonotonic=5", true)]
    [InlineData("Result=success\nConditionResult=no\nConditionTimestampMonotonic=0", false)]
    [InlineData("Result=success\nConditionResult=no", false)]
    [InlineData("Result=success\nConditionResult=yes\nConditionTimestampMonotonic=5", false)]
    [InlineData("Result=success\nConditionResult=yes\nConditionTimestampMonotonic=5\nAssertResult=no\nAssertTimestampMonotonic=6", true)]
    [InlineData("Result=success\nAssertResult=no\nAssertTimestampMonotonic=0", false)]
    public void A_start_that_a_condition_left_out_is_told_from_one_that_never_was(string lines, bool isSkipped) =>
        Assert.Equal(isSkipped, Read($"Id=a.service\n{lines}\n", "a.service").IsSkipped);

    [Theory]
    [InlineData("active", true)]
    [InlineData("reloading", true)]
    [InlineData("activating", true)]
    [InlineData("deactivating", false)]
    [InlineData("inactive", false)]
    [InlineData("failed", false)]
    [InlineData("dreaming", false)]
    public void What_runs_or_is_about_to_is_active(string state, bool isActive) => Assert.Equal(isActive, Read($"Id=a.service\nActiveState={state}\n", "a.service").IsActive);

    [Fact]
    public void What_is_left_out_is_unknown()
    {
        var unit = Read("Id=a.service", "a.service");
        Assert.Equal(
            new UnitStatus("a.service", UnitLoadState.Unknown, UnitActiveState.Unknown, "", "", null, 0, false, false, 0, null, unit.Dependents), unit);
    }

    [Fact]
    public void Numbers_that_are_none_count_as_not_set() => Assert.Equal(
        (0, 0, null), Read("Id=a.service\nMainPID=[not set]\nNRestarts=-1\nExecMainStartTimestampMonotonic=18446744073709551615\n", "a.service") is var unit ? (unit.MainPid, unit.Restarts, unit.StartedAt) : default);

    [Theory]
    [InlineData("")]
    [InlineData("Failed to connect to bus: No such file or directory\n")]
    [InlineData("\n\n=\n\n")]
    [InlineData("ActiveState=active\n")]
    public void Something_else_is_no_unit(string output) => Assert.Empty(UnitStatusReader.Read(output, ["a.service"]));

    [Fact]
    public void No_damage_makes_reading_fail() =>
        Gen.Select(Gen.Int[0, Running.Length - 1], Gen.Char).Array[1, 20].Sample(
            changes =>
            {
                var damaged = Running.ToCharArray();
                foreach (var (at, value) in changes)
                {
                    damaged[at] = value;
                }

                _ = UnitStatusReader.Read(new string(damaged), ["chmpx.service"]);
            },
            iter: Iterations.Of(5_000));

    private static UnitStatus Read(string output, string unit) => Assert.Single(UnitStatusReader.Read(output, [unit])).Value;

    [Fact]
    public void An_alias_is_known_by_its_own_name_and_the_units()
    {
        var unit = UnitStatusReader.Read("Id=ssh.service\nNames=ssh.service sshd.service\nLoadState=loaded\nUnitFileState=disabled\n", ["sshd.service"])["sshd.service"];
        Assert.Equal(("sshd.service", "ssh.service", true), (unit.Name, unit.Id, unit.IsDisabled));
    }

    [Fact]
    public void An_escaped_name_is_found()
    {
        const string Name = @"mnt-my\x2ddisk.mount";
        Assert.Equal(UnitActiveState.Active, UnitStatusReader.Read($"Id={Name}\nNames={Name}\nActiveState=active\n", [Name])[Name].Active);
    }
}
