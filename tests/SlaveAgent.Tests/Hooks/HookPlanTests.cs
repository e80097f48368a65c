using SlaveAgent.Hooks;
using SlaveAgent.Reconciling;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hooks;

public sealed class HookPlanTests
{
    private static readonly HookFacts Told = new(ConnectionStates.Connected, 6, ["a", "x"]);

    [Fact]
    public void While_nothing_was_observed_there_is_nothing_to_tell() =>
        Assert.Null(HookPlan.FactsOf(Status(ConnectionStates.Disconnected, 7, 7, reason: Reasons.NotObserved), HookFacts.None));

    [Fact]
    public void A_generation_counts_once_it_is_connected_with_the_servers_that_it_lists()
    {
        var facts = HookPlan.FactsOf(Status(ConnectionStates.Degraded, written: 7, connected: 7), Told)!;
        Assert.Equal((ConnectionStates.Degraded, 7), (facts.State, facts.Generation));
        Assert.Equal(["a", "b"], facts.Servers);
    }

    [Theory]
    [InlineData(8, 7)]
    [InlineData(7, null)]
    [InlineData(null, null)]
    public void One_that_is_not_or_whose_list_is_not_known_any_more_leaves_what_was_told(int? written, int? connected)
    {
        var facts = HookPlan.FactsOf(Status(ConnectionStates.Degraded, written, connected), Told)!;
        Assert.Equal(Told with { State = ConnectionStates.Degraded }, facts);
    }

    [Fact]
    public void The_variables_tell_what_changed()
    {
        var status = Status(ConnectionStates.Degraded, 7, 7);
        var variables = HookPlan.VariablesOf(Told, HookPlan.FactsOf(status, Told)!, status, 4711).ToDictionary();
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["K2HDKC_EVENT"] = HookPlan.GenerationEvent,
                ["K2HDKC_STATE"] = "degraded",
                ["K2HDKC_PREVIOUS_STATE"] = "connected",
                ["K2HDKC_GENERATION"] = "7",
                ["K2HDKC_PREVIOUS_GENERATION"] = "6",
                ["K2HDKC_SERVERS_ADDED"] = "b",
                ["K2HDKC_SERVERS_REMOVED"] = "x",
                ["K2HDKC_SERVERS_CONNECTED"] = "1",
                ["K2HDKC_SERVERS_TOTAL"] = "2",
                ["K2HDKC_REASON"] = "Partial",
                ["K2HDKC_MESSAGE"] = "-",
                ["K2HDKC_RUN"] = "4711",
            },
            variables);
    }

    [Fact]
    public void A_name_with_a_space_is_one_name_and_a_first_run_adds_all()
    {
        var now = new HookFacts(ConnectionStates.Connected, 1, ["a b", "c"]);
        var variables = HookPlan.VariablesOf(HookFacts.None, now, Status(ConnectionStates.Connected, 1, 1), 1).ToDictionary();
        Assert.Equal(("a?b c", "", "", "disconnected"), (variables["K2HDKC_SERVERS_ADDED"], variables["K2HDKC_SERVERS_REMOVED"], variables["K2HDKC_PREVIOUS_GENERATION"], variables["K2HDKC_PREVIOUS_STATE"]));
    }

    [Fact]
    public void The_longest_lists_and_messages_have_room_in_an_environment()
    {
        var names = Enumerable.Range(0, 5000).Select(i => $"{new string('の', 500)}{i}").ToList();
        var status = Status(ConnectionStates.Connected, 1, 1) with { Connection = new Fact(ConnectionStates.Connected, "x", new string('の', 100_000), null) };
        var now = new HookFacts(ConnectionStates.Connected, 1, names);

        // A single one of more than 128 KiB keeps a program from being executed.
        Assert.All(HookPlan.VariablesOf(HookFacts.None, now, status, 1), variable => Assert.InRange(EnvironmentText.Of([variable]).Length * 3, 0, 128 * 1024));
    }

    [Fact]
    public void The_state_alone_is_the_connections_event() =>
        Assert.Equal(HookPlan.ConnectionEvent, HookPlan.EventOf(Told, Told with { State = ConnectionStates.Disconnected }));

    private static AgentStatus Status(string state, int? written, int? connected, string reason = "Partial") => SampleStatus.Whole with
    {
        Connection = new Fact(state, reason, "-", SampleStatus.Now),
        Generation = new GenerationStatus("/x.ini", written, written, connected, []),
        Servers = ServersStatus.Of([SampleStatus.Server("a", ServerStates.Connected), SampleStatus.Server("b", ServerStates.Down), SampleStatus.Server("c", ServerStates.Unlisted, isListed: false)]),
    };
}
