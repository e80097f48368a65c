using System.Text.RegularExpressions;
using SlaveAgent.Commands;
using SlaveAgent.Reconciling;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Status;

/// <summary>What is wrong and what the agent does next stands in the first five lines, and all of it fits a terminal.</summary>
public sealed partial class StatusTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 1, 2, 3, TimeSpan.Zero);

    [Theory]
    [InlineData(ConnectionStates.Connected, Reasons.AsDesired, NextStepCode.Watch)]
    [InlineData(ConnectionStates.Connected, Reasons.HalfOpen, NextStepCode.Ring)]
    [InlineData(ConnectionStates.Degraded, "Partial", NextStepCode.RestartChmpx)]
    [InlineData(ConnectionStates.Degraded, "Connecting", NextStepCode.Ring)]
    [InlineData(ConnectionStates.Disconnected, "Stranded", NextStepCode.RestartChmpx)]
    [InlineData(ConnectionStates.Disconnected, "NotAdmitted", NextStepCode.Ring)]
    [InlineData(ConnectionStates.Disconnected, "Unresponsive", NextStepCode.RestartChmpx)]
    [InlineData(ConnectionStates.Connected, "Loading", NextStepCode.Load)]
    [InlineData(ConnectionStates.NotASlave, Reasons.NotASlave, NextStepCode.AskK2hr3)]
    public void The_next_step_of_a_connection(string state, string reason, NextStepCode code) =>
        Assert.Equal(code, NextStep.Of(Status(state, reason), Now).Code);

    [Theory]
    [InlineData("Unresponsive", Reasons.ChmpxNotRunning, NextStepCode.External)]
    [InlineData("Partial", Reasons.ChmpxRestartNeeded, NextStepCode.External)]
    [InlineData("Loading", Reasons.ChmpxRestartNeeded, NextStepCode.External)]
    [InlineData("Unresponsive", Reasons.NoServiceManager, NextStepCode.Ring)]
    [InlineData("Partial", Reasons.NoServiceManager, NextStepCode.Ring)]
    [InlineData("Stranded", Reasons.NoServiceManager, NextStepCode.Ring)]
    [InlineData("Loading", Reasons.NoServiceManager, NextStepCode.Load)]
    [InlineData("NotAdmitted", Reasons.NoServiceManager, NextStepCode.Ring)]
    public void The_next_step_of_a_chmpx_that_somebody_else_runs(string reason, string services, NextStepCode code) => Assert.Equal(
        code,
        NextStep.Of(
            Status(ConnectionStates.Disconnected, reason) with
            {
                Conditions = [Condition(ConditionTypes.ServicesRunning, services == Reasons.NoServiceManager ? ConditionStatus.True : ConditionStatus.False, services)],
            },
            Now).Code);

    [Theory]
    [InlineData(ConditionTypes.Registered, Reasons.K2hr3Unreachable, NextStepCode.AskK2hr3)]
    [InlineData(ConditionTypes.Registered, Reasons.TokenMissing, NextStepCode.Person)]
    [InlineData(ConditionTypes.PackagesInstalled, Reasons.InstallOff, NextStepCode.Person)]
    [InlineData(ConditionTypes.PackagesInstalled, Reasons.PackagesMissing, NextStepCode.TryAgain)]
    [InlineData(ConditionTypes.SettingsValid, Reasons.SettingsRefused, NextStepCode.Person)]
    public void The_next_step_of_a_condition_and_the_condition_stand_in_the_first_five_lines(string type, string reason, NextStepCode code)
    {
        // Disconnected because of it: chmpx is not even there.
        var status = Status(ConnectionStates.Disconnected, "Unresponsive") with { Conditions = [Condition(type, ConditionStatus.False, reason), Condition(ConditionTypes.Connected, ConditionStatus.False, "Unresponsive")] };
        var next = NextStep.Of(status, Now);
        Assert.Equal(code, next.Code);
        var head = Lines(status).Take(5).ToList();
        Assert.Contains(head, line => line.Contains($"{type} ({reason})", StringComparison.Ordinal));
        Assert.Contains(head, line => line.EndsWith(next.Message, StringComparison.Ordinal));
        Assert.Contains("(Unresponsive)", head[0], StringComparison.Ordinal);
    }

    [Fact]
    public void What_waits_for_a_person_comes_before_what_the_agent_does_of_itself()
    {
        var status = Status(ConnectionStates.Connected, "Connected") with
        {
            Conditions = [Condition(ConditionTypes.Registered, ConditionStatus.False, Reasons.K2hr3Unreachable), Condition(ConditionTypes.PackagesInstalled, ConditionStatus.False, Reasons.InstallOff)],
        };
        Assert.Equal(NextStepCode.Person, NextStep.Of(status, Now).Code);
        Assert.Contains($"{ConditionTypes.PackagesInstalled} ({Reasons.InstallOff})", NextStep.Of(status, Now).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Reasons.HooksFailed, NextStepCode.Watch, true)]
    [InlineData(Reasons.HooksTimedOut, NextStepCode.Watch, true)]
    [InlineData(Reasons.HooksRefused, NextStepCode.Watch, true)]
    [InlineData(Reasons.HooksNotStarted, NextStepCode.TryAgain, true)]
    [InlineData(Reasons.HooksRunning, NextStepCode.Watch, false)]
    public void Hooks_that_failed_are_wrong_and_wait_for_the_next_change_and_those_that_run_are_not_wrong(string reason, NextStepCode code, bool isWrong)
    {
        var status = Status(ConnectionStates.Connected, Reasons.AsDesired) with { Conditions = [Condition(ConditionTypes.HooksRun, ConditionStatus.False, reason)] };
        Assert.Equal(code, NextStep.Of(status, Now).Code);
        Assert.Equal(isWrong, Lines(status)[1].Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Hooks_hide_nothing_that_is_wrong_besides() => Assert.Contains(
        Reasons.SettingsRefused,
        Lines(Status(ConnectionStates.Connected, Reasons.AsDesired) with
        {
            Conditions = [Condition(ConditionTypes.HooksRun, ConditionStatus.False, Reasons.HooksFailed), Condition(ConditionTypes.SettingsValid, ConditionStatus.False, Reasons.SettingsRefused)],
        })[1],
        StringComparison.Ordinal);

    [Theory]
    [InlineData(0, Reasons.NoConfiguration, Reasons.NoAgent, new[] { Reasons.NoConfiguration, Reasons.NoAgent })]
    [InlineData(0, "Unresponsive", Reasons.NoAgent, new[] { "Unresponsive", Reasons.NoAgent })]
    [InlineData(0, "Connected", Reasons.NoAgent, new[] { Reasons.NoAgent })]
    [InlineData(1, Reasons.NoConfiguration, Reasons.AsDesired, new[] { Reasons.NoConfiguration })]
    public void Without_an_agent_or_a_configuration_the_second_line_says_so(int process, string connection, string control, string[] said)
    {
        var status = Status(connection == "Connected" ? ConnectionStates.Connected : ConnectionStates.Disconnected, connection) with { Pid = process, Control = new Fact(ControlStates.Stale, control, "-", null) };
        Assert.All(said, reason => Assert.Contains($"{reason}: ", Lines(status)[1], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("active", false)]
    [InlineData("failed", true)]
    public void The_own_name_is_wrong_only_where_chmpx_may_have_ended_on_it(string unit, bool isWrong)
    {
        var status = Status(ConnectionStates.Disconnected, "Unresponsive") with
        {
            Chmpx = new ChmpxStatus("chmpx.service", unit, null, 0, null),
            Conditions = [Condition(ConditionTypes.OwnNameValid, ConditionStatus.False, Reasons.OwnNameRefused)],
        };
        Assert.Equal(isWrong, Lines(status)[1].Contains(Reasons.OwnNameRefused, StringComparison.Ordinal));
    }

    [Fact]
    public void Where_nobody_is_at_work_or_a_person_said_so_nothing_is_done_next()
    {
        var gone = Status(ConnectionStates.Connected, "Connected") with { Pid = 0, Control = new Fact(ControlStates.Stale, Reasons.NoAgent, "-", null) };
        Assert.Equal(NextStepCode.NoAgent, NextStep.Of(gone, Now).Code);
        Assert.Equal(NextStepCode.Unregistered, NextStep.Of(gone with { Control = gone.Control with { Reason = Reasons.Unregistered } }, Now).Code);
        Assert.Equal(NextStepCode.Starting, NextStep.Of(gone with { Control = gone.Control with { Reason = Reasons.NotObserved } }, Now).Code);
        Assert.Equal(NextStepCode.NoneNeeded, NextStep.Of(gone with { Connection = gone.Connection with { State = ConnectionStates.NotASlave } }, Now).Code);
        Assert.Equal(NextStepCode.Paused, NextStep.Of(Status(ConnectionStates.Degraded, "Partial") with { Hold = new HoldStatus("paused", null, Now, null, null) }, Now).Code);
        Assert.Equal(NextStepCode.Held, NextStep.Of(Status(ConnectionStates.Connected, "Connected") with { Hold = new HoldStatus("held", 3, Now, Now, null) }, Now).Code);
        Assert.Equal(NextStepCode.Starting, NextStep.Of(Status(ConnectionStates.Connected, "Connected") with { Conditions = [Condition(ConditionTypes.RoleRead, ConditionStatus.Unknown, Reasons.NotObserved)] }, Now).Code);
    }

    [Fact]
    public void A_regression_is_wrong_although_all_that_is_left_is_connected() => Assert.Contains(
        Lines(Status(ConnectionStates.Connected, "Connected") with { Conditions = [Condition(ConditionTypes.Regressed, ConditionStatus.True, Reasons.ConnectionsLost)] }).Take(5),
        line => line.Contains(Reasons.ConnectionsLost, StringComparison.Ordinal));

    [Fact]
    public void Each_server_follows_with_its_address_and_since_when_and_what_is_not_connected_first()
    {
        var lines = Lines(Status(ConnectionStates.Degraded, "Partial", (ServerStates.Connected, "a.test:8020"), (ServerStates.Up, "long-name.test:8020"), (ServerStates.Down, "c.test:8020")));
        Assert.Equal(["long-name.test:8020", "c.test:8020", "a.test:8020"], lines.Skip(5).Take(3).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]));
        Assert.All(lines.Skip(5).Take(3), line => Assert.Contains($"{Now.ToLocalTime():yyyy-MM-dd HH:mm:ss}", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(80, 24, 3)]
    [InlineData(80, 24, 250)]
    [InlineData(80, 10, 250)]
    [InlineData(200, 400, 250)]
    [InlineData(20, 5, 3)]
    [InlineData(2, 1, 3)]
    [InlineData(1, 2, 0)]
    public void It_fits_any_terminal_and_says_how_much_is_left_out(int width, int height, int servers)
    {
        var status = Status(ConnectionStates.Degraded, "Partial", [.. Enumerable.Range(0, servers).Select(at => (at % 7 == 0 ? ServerStates.Up : ServerStates.Connected, $"\e[2Jserver-{at}-\ud83d\ude00.test:8020"))]);
        var text = StatusText.Of(status, null, Now);
        var (lines, left) = StatusScreen.Fit(text, width, height);
        Assert.InRange(lines.Count, 1, height);
        Assert.All(lines, line => Assert.InRange(line.Text.Length, 0, width));
        Assert.DoesNotContain(lines, line => line.Text.Contains('\e', StringComparison.Ordinal));
        var all = StatusScreen.Fit(text, width, 1000).Lines.Count;
        Assert.Equal(all > height, left > 0);

        // Up to two lines say what is left out.
        Assert.InRange(lines.Count - (all - left), 0, left > 0 ? 2 : 0);
    }

    /// <summary>A terminal that does not wrap keeps its cursor on the last column of a full row.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void What_is_drawn_stands_there_to_the_last_column_and_nothing_else_does(int rows)
    {
        const int Width = 10, Height = 5;
        var lines = Enumerable.Range(0, rows).Select(row => new StatusLine(new string((char)('a' + row), row == 1 ? 4 : Width))).ToList();
        var screen = Enumerable.Repeat(new string('#', Width), Height).Select(row => row.ToCharArray()).ToArray();
        var (x, y) = (0, 0);
        foreach (var part in Part().Matches(TerminalScreen.FrameOf(lines, Height, hasColours: false)).Select(match => match.Value))
        {
            switch (part)
            {
                case "\e[H":
                    (x, y) = (0, 0);
                    break;
                case "\r\n":
                    (x, y) = (0, y + 1);
                    break;
                case "\e[K":
                    screen[y].AsSpan(x).Fill(' ');
                    break;
                case "\e[J":
                    screen[y].AsSpan(x).Fill(' ');
                    screen.Skip(y + 1).ToList().ForEach(row => row.AsSpan().Fill(' '));
                    break;
                default:
                    screen[y][x] = part[0];
                    x = Math.Min(x + 1, Width - 1);
                    break;
            }
        }

        Assert.Equal([.. lines.Select(line => line.Text), .. Enumerable.Repeat(string.Empty, Height - rows)], screen.Select(row => new string(row).TrimEnd()));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(41)]
    public void A_character_of_two_halves_is_not_split_between_lines(int width)
    {
        var status = Status(ConnectionStates.Degraded, "Partial");
        var text = StatusText.Of(status with { Connection = status.Connection with { Message = string.Concat(Enumerable.Repeat("\ud83d\ude00", 100)) } }, null, Now);
        Assert.All(StatusScreen.Fit(text, width, 100).Lines, line => Assert.DoesNotContain('\ufffd', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(line.Text))));
    }

    /// <summary>Of what is no terminal each change is written, so that what always changes must be none.</summary>
    [Fact]
    public void New_times_of_K2HR3s_and_of_round_trips_are_no_change_and_all_else_is()
    {
        AgentStatus At(int seconds, string state, string? error) => Status(ConnectionStates.Connected, "Connected") with
        {
            K2hr3 = new K2hr3Status("http://k2hr3.test/", Now.AddSeconds(seconds), Now.AddSeconds(seconds), error, Now.AddSeconds(seconds)),
            Servers = ServersStatus.Of([new ServerStatus("name", "cuk", 8021, "a.test:8020", state, Now) { Connection = new ServerConnection("192.0.2.1:1", "192.0.2.2:2") { RoundTripMilliseconds = seconds } }]),
        };
        string Lasting(AgentStatus status) => StatusJson.Write(StatusWatch.Lasting(status));
        var before = Lasting(At(0, ServerStates.Connected, null));
        Assert.Equal(before, Lasting(At(5, ServerStates.Connected, null)));
        Assert.NotEqual(before, Lasting(At(0, ServerStates.Down, null)));
        Assert.NotEqual(before, Lasting(At(0, ServerStates.Connected, "refused")));
    }

    private static List<string> Lines(AgentStatus status) => [.. StatusText.Of(status, null, Now).ToString().Split('\n')];

    private static Condition Condition(string type, ConditionStatus status, string reason) => new(type, status, reason, "some words", Now, 7);

    [GeneratedRegex("\e\\[[A-Z]|\r\n|.")]
    private static partial Regex Part();

    private static AgentStatus Status(string state, string reason, params (string State, string Address)[] servers) => new()
    {
        Pid = 1,
        Connection = new Fact(state, reason, "some words", Now),
        Control = new Fact(ControlStates.Current, Reasons.AsDesired, "some words", Now),
        Servers = ServersStatus.Of([.. servers.Select(server => new ServerStatus("name", "cuk", 8021, server.Address, server.State, Now))]),
        Generation = new GenerationStatus("/etc/antpickax/k2hdkc.ini", 7, 7, 7, []),
    };
}
