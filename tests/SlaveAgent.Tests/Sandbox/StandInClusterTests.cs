using System.Net;
using System.Text.RegularExpressions;
using SlaveAgent.Sandbox.Chmpx;
using SlaveAgent.Sandbox.Cluster;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Sandbox;

/// <summary>The stand-in slave against the stand-in servers.</summary>
public sealed partial class StandInClusterTests
{
    private static readonly RegisteredHost Slave = new("127.0.0.1", "cuk-a", "slave");

    [Fact]
    public async Task A_slave_is_let_in_once_the_servers_list_it()
    {
        await using var stage = await StartAsync(servers: 2);
        var view = await stage.Chmpx.WaitForAsync(seen => seen.Servers.Count == 3);
        Assert.Equal(0, view.Connected);

        stage.Service.RegisterHost(stage.Names.SlaveRole, Slave);
        await stage.Chmpx.WaitForAsync(seen => seen.Connected == 2);
        Assert.All(stage.Cluster.Servers, server => Assert.Equal(["cuk-a"], server.ConnectedSlaves));
    }

    [Fact]
    public async Task The_ring_tells_of_a_server_that_the_file_does_not_list_and_takes_it_away_when_it_dies()
    {
        await using var stage = await StartAsync(servers: 2, isRegistered: true);
        await stage.Chmpx.WaitForAsync(seen => seen.Connected == 2);

        var joined = await stage.Cluster.AddAsync(beforeK2hr3: true);
        await stage.Chmpx.WaitForAsync(seen => seen.Connected == 3 && seen.Servers.Any(server => server.Cuk == joined.Cuk && server.IsConnected));

        await stage.Cluster.LoseAsync(joined);
        await stage.Chmpx.WaitForAsync(seen => seen.Servers.All(server => server.Cuk != joined.Cuk));
    }

    [Fact]
    public async Task A_server_taken_out_of_the_file_stays_while_it_is_up_and_lingers_once_it_is_down()
    {
        await using var stage = await StartAsync(servers: 2, isRegistered: true);
        await stage.Chmpx.WaitForAsync(seen => seen.Connected == 2);
        var leaving = stage.Cluster.Servers[1];

        stage.Chmpx.Replace(stage.Chmpx.Ini(2, stage.ServerSections(1)));
        await stage.Chmpx.WaitForAsync(seen => seen.Revision == 2 && seen.Connected == 2);
        await stage.Cluster.RemoveAsync(leaving);
        var view = await stage.Chmpx.WaitForAsync(seen => seen.Connected == 1);
        Assert.Contains("[SERVICE OUT][DOWN]", view.Servers.Single(server => server.Cuk == leaving.Cuk).Status, StringComparison.Ordinal);

        stage.Chmpx.Replace(stage.Chmpx.Ini(3, stage.ServerSections(1)));
        await stage.Chmpx.WaitForAsync(seen => seen.Revision == 3 && seen.Servers.All(server => server.Cuk != leaving.Cuk));
    }

    [Fact]
    public async Task All_servers_dead_and_a_live_list_given_by_rename_is_all_it_needs()
    {
        await using var stage = await StartAsync(servers: 3, isRegistered: true);
        await stage.Chmpx.WaitForAsync(seen => seen.Connected == 3);
        await stage.Cluster.RestoreAsync(3);
        await stage.Chmpx.WaitForAsync(seen => seen.Connected == 0);

        stage.Chmpx.Replace(stage.Chmpx.Ini(2, stage.ServerSections(3)));
        await stage.Chmpx.WaitForAsync(seen => seen.Connected == 3);
    }

    [Fact]
    public async Task A_slave_that_servers_admit_one_after_the_other_stays_with_the_first_until_it_is_restarted()
    {
        await using var stage = await StartAsync(servers: 3, refresh: Timeout.InfiniteTimeSpan, withNowhere: false);
        await PartialAsync(stage);

        await stage.Chmpx.SignalAsync("HUP");
        await stage.Chmpx.ExitCodeAsync();
        stage.Chmpx.Start();
        await stage.Chmpx.WaitForAsync(seen => seen.Connected == 3);
    }

    [Fact]
    public async Task UPDATESTATUS_at_a_server_that_the_slave_lacks_ends_that()
    {
        await using var stage = await StartAsync(servers: 3, refresh: Timeout.InfiniteTimeSpan, withNowhere: false);
        await PartialAsync(stage);
        foreach (var server in stage.Cluster.Servers.Skip(1))
        {
            var answer = await ControlPortClient.AskAsync(new IPEndPoint(server.Address, server.ControlPort), "UPDATESTATUS", TestContext.Current.CancellationToken);
            Assert.Equal("SUCCEED\n", answer);
            await stage.Chmpx.WaitForAsync(seen => seen.Servers.Any(shown => shown.Cuk == server.Cuk && shown.IsConnected));
            Assert.Equal(1, server.Commands["UPDATESTATUS"]);
        }
    }

    [Fact]
    public async Task A_partial_slave_connects_by_itself_to_a_server_that_newly_joins_and_to_no_other()
    {
        await using var stage = await StartAsync(servers: 2, refresh: Timeout.InfiniteTimeSpan, withNowhere: false);
        await PartialAsync(stage);
        var joined = await stage.Cluster.AddAsync(refresh: Timeout.InfiniteTimeSpan);
        var view = await stage.Chmpx.WaitForAsync(seen => seen.Connected == 2);
        Assert.True(view.Servers.Single(server => server.Cuk == joined.Cuk).IsConnected);
    }

    [Fact]
    public async Task UPDATESTATUS_without_another_server_sends_nothing()
    {
        await using var stage = await StartAsync(servers: 1, withNowhere: false);
        var only = stage.Cluster.Servers[0];
        Assert.Equal("SUCCEED: There no server on RING.\n",
            await ControlPortClient.AskAsync(new IPEndPoint(only.Address, only.ControlPort), "UPDATESTATUS", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Sockets_of_the_dead_keep_it_from_the_living_until_it_is_restarted()
    {
        await using var stage = await StartAsync(servers: 2, isRegistered: true, withNowhere: false);
        await stage.Chmpx.WaitForAsync(seen => seen.Connected == 2);
        var dead = stage.Cluster.Servers.Select(server => server.Cuk).ToList();
        foreach (var server in stage.Cluster.Servers)
        {
            await stage.Cluster.PowerOffAsync(server);
            await stage.Cluster.ForgetAsync(server);
        }
        await stage.Cluster.AddAsync();
        await stage.Cluster.AddAsync();
        stage.Chmpx.Replace(stage.Chmpx.Ini(2, stage.ServerSections(2)));
        var view = await stage.Chmpx.WaitForAsync(seen => seen.Revision == 2 && seen.Servers.Count >= 4);
        Assert.Equal(dead.Order(), view.Servers.Where(server => server.IsConnected).Select(server => server.Cuk).Order());
        Assert.All(stage.Cluster.Servers, server => Assert.Equal(0, server.Connections));

        await stage.Chmpx.SignalAsync("HUP");
        await stage.Chmpx.ExitCodeAsync();
        stage.Chmpx.Start();
        await stage.Chmpx.WaitForAsync(seen => seen.Connected == 2 && seen.Servers.All(server => !dead.Contains(server.Cuk)));
    }

    [Fact]
    public async Task A_clock_a_day_ahead_leaves_it_without_a_server_once_the_connections_were_lost()
    {
        await using var stage = await StartAsync(servers: 2, isRegistered: true, withNowhere: false, options: ["-clock", "86400"]);
        await stage.Chmpx.WaitForAsync(seen => seen.Connected == 2);
        foreach (var server in stage.Cluster.Servers)
        {
            server.Disconnect();
        }
        await stage.Chmpx.WaitForAsync(seen => seen.Connected == 0);
        var asked = stage.Cluster.Servers.Sum(server => server.Connections);
        await Eventually.IsTrueAsync(() => stage.Cluster.Servers.Sum(server => server.Connections) >= asked + 5, "it does not go on asking");
        Assert.Equal(0, (await stage.Chmpx.WaitForAsync(_ => true)).Connected);

        await stage.Chmpx.SignalAsync("HUP");
        await stage.Chmpx.ExitCodeAsync();
        stage.Chmpx.Start("-clock", "86400");
        await stage.Chmpx.WaitForAsync(seen => seen.Connected == 2);
    }

    [Fact]
    public async Task A_program_that_is_attached_shows_as_an_offset_in_client_pids()
    {
        await using var stage = await StartAsync(servers: 1, isRegistered: true, withNowhere: false);
        await stage.Chmpx.WaitForAsync(seen => seen.Connected == 1);
        Assert.Contains("\nclient_pids          = 0\n", await DumpAsync(stage), StringComparison.Ordinal);
        using (stage.Chmpx.Attach())
        {
            Assert.Contains("\nclient_pids          = 0x694100\n", await DumpAsync(stage), StringComparison.Ordinal);
        }
        Assert.Contains("\nclient_pids          = 0\n", await DumpAsync(stage), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ALLSTATUS")]
    [InlineData("SELFSTATUS")]
    [InlineData("DUMP")]
    public async Task The_control_port_answers_in_the_recorded_layout(string command)
    {
        // Recorded with three servers, the third of which was up but not in the ring.
        await using var stage = await StartAsync(servers: 3, isRegistered: true, withNowhere: false);
        await stage.Chmpx.WaitForAsync(seen => seen.Connected == 3);

        var answer = await ControlPortClient.AskAsync(stage.Chmpx.ControlPort, command, TestContext.Current.CancellationToken);

        var recorded = await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "Fixtures", "chmpx", command + ".txt"), TestContext.Current.CancellationToken);
        // In the recording two of three are in the ring, here all are.
        Assert.Equal(Layout(recorded).Where(line => !line.Contains("[2] = <>", StringComparison.Ordinal)),
            Layout(answer!).Where(line => !line.Contains("[2] = <>", StringComparison.Ordinal)));
    }

    // One server admits the slave, and only then the others do as well.
    private static async Task PartialAsync(Stage stage)
    {
        stage.Service.RegisterHost(stage.Names.SlaveRole, Slave);
        var first = stage.Cluster.Servers[0];
        stage.Cluster.Refresh(first);
        await stage.Chmpx.WaitForAsync(seen => seen.Connected == 1);
        var connections = stage.Cluster.Servers.Skip(1).Select(server => server.Connections).ToList();
        foreach (var server in stage.Cluster.Servers.Skip(1))
        {
            stage.Cluster.Refresh(server);
        }

        // A new FILEVERSION does not end it either.
        stage.Chmpx.Replace(stage.Chmpx.Ini(2, stage.ServerSections(stage.Cluster.Servers.Count)).Replace(Nowhere, "", StringComparison.Ordinal));
        var view = await stage.Chmpx.WaitForAsync(seen => seen.Revision == 2);
        Assert.Equal([first.Cuk], view.Servers.Where(server => server.IsConnected).Select(server => server.Cuk));
        Assert.All(view.Servers.Where(server => !server.IsConnected), server => Assert.Contains("[DOWN]", server.Status, StringComparison.Ordinal));
        Assert.Equal(connections, stage.Cluster.Servers.Skip(1).Select(server => server.Connections));
    }

    private static async Task<string> DumpAsync(Stage stage) =>
        (await ControlPortClient.AskAsync(stage.Chmpx.ControlPort, "DUMP", TestContext.Current.CancellationToken))!;

    // Names, indents and order stay; values go.
    private static IEnumerable<string> Layout(string text) =>
        text.TrimEnd('\n').Split('\n').Select(line => ServersIn().Replace(Value().Replace(line, "= <>"), "[n] {"));

    private const string Nowhere =
        """
        [SVRNODE]
        NAME = nowhere
        PORT = 1
        CTLPORT = 2
        CUK = cuk-nowhere
        CUSTOM_ID_SEED = nowhere
        ENDPOINTS = 127.0.0.1:1

        """;

    private static async Task<Stage> StartAsync(int servers, bool isRegistered = false, bool withNowhere = true, TimeSpan? refresh = null, string[]? options = null)
    {
        var chmpx = new StandInChmpx();
        var names = new DbaasCluster("tenant0", "probe") { SlaveControlPort = chmpx.ControlPort };
        var service = await K2hr3Service.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        service.CreateCluster(names);
        if (isRegistered)
        {
            service.RegisterHost(names.SlaveRole, Slave);
        }
        var cluster = new ServerCluster(service, names, TimeSpan.FromMilliseconds(100));
        var stage = new Stage(service, names, cluster, chmpx);
        for (var index = 0; index < servers; index++)
        {
            await cluster.AddAsync(refresh: refresh);
        }
        var ini = chmpx.Ini(1, stage.ServerSections(servers));
        chmpx.Write(withNowhere ? ini : ini.Replace(Nowhere, "", StringComparison.Ordinal));
        chmpx.Start(options ?? []);
        return stage;
    }

    [GeneratedRegex("= (?!\\{$).*$")]
    private static partial Regex Value();

    [GeneratedRegex("\\[\\d+\\] \\{")]
    private static partial Regex ServersIn();

    private sealed record Stage(K2hr3Service Service, DbaasCluster Names, ServerCluster Cluster, StandInChmpx Chmpx) : IAsyncDisposable
    {
        public string ServerSections(int count) => string.Concat(Cluster.Servers.Take(count).Select(server =>
            $"""
            [SVRNODE]
            NAME = {server.Name}
            PORT = {server.Port}
            CTLPORT = {server.ControlPort}
            CUK = {server.Cuk}
            CUSTOM_ID_SEED = {server.Name}
            ENDPOINTS = {server.Address}:{server.Port}
            CTLENDPOINTS = {server.Address}:{server.ControlPort}
            REVERSE_PEERS = {server.Address}

            """));

        public async ValueTask DisposeAsync()
        {
            await Chmpx.DisposeAsync();
            await Cluster.DisposeAsync();
            await Service.DisposeAsync();
        }
    }
}
