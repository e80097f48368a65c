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
    public async Task A_slave_is_admitted_once_the_servers_list_it()
    {
        await using var ring = await StartAsync(servers: 2);
        var view = await ring.Chmpx.WaitForAsync(seen => seen.Servers.Count == 3);
        Assert.Equal(0, view.Connected);

        ring.Service.RegisterHost(ring.Names.SlaveRole, Slave);
        await ring.Chmpx.WaitForAsync(seen => seen.Connected == 2);
        Assert.All(ring.Cluster.Servers, server => Assert.Equal(["cuk-a"], server.ConnectedSlaves));
    }

    [Fact]
    public async Task A_server_that_stays_keeps_its_address_however_many_come_and_go()
    {
        await using var ring = await StartAsync(servers: 1);
        var first = Assert.Single(ring.Cluster.Servers);
        // More than there are addresses.
        for (var joined = 0; joined < 250; joined++)
        {
            var server = await ring.Cluster.AddAsync();
            Assert.NotEqual(first.Address, server.Address);
            await ring.Cluster.RemoveAsync(server);
        }
    }

    [Fact]
    public async Task The_ring_announces_a_server_that_the_file_does_not_list_and_removes_it_when_it_fails()
    {
        await using var ring = await StartAsync(servers: 2, isRegistered: true);
        await ring.Chmpx.WaitForAsync(seen => seen.Connected == 2);

        var joined = await ring.Cluster.AddAsync(beforeK2hr3: true);
        await ring.Chmpx.WaitForAsync(seen => seen.Connected == 3 && seen.Servers.Any(server => server.Cuk == joined.Cuk && server.IsConnected));

        await ring.Cluster.LoseAsync(joined);
        await ring.Chmpx.WaitForAsync(seen => seen.Connected == 2);

        // Before the end of its connection the others' notice may have come too early to remove it.
        await ring.Cluster.SetStatusAsync(joined, RingStatus.ServiceOut);
        await ring.Chmpx.WaitForAsync(seen => seen.Servers.All(server => server.Cuk != joined.Cuk));
    }

    [Fact]
    public async Task A_server_removed_from_the_file_stays_while_it_is_up_and_until_the_next_generation_once_it_is_down()
    {
        await using var ring = await StartAsync(servers: 2, isRegistered: true);
        await ring.Chmpx.WaitForAsync(seen => seen.Connected == 2);
        var leaving = ring.Cluster.Servers[1];

        ring.Chmpx.Replace(ring.Chmpx.Ini(2, ring.ServerSections(1)));
        await ring.Chmpx.WaitForGenerationAsync(2);
        await ring.Chmpx.WaitForAsync(seen => seen.Revision == 2 && seen.Connected == 2);
        // The other server's notice that it is out of service may otherwise arrive after its connection has ended.
        await ring.Cluster.SetStatusAsync(leaving, RingStatus.ServiceOut | RingStatus.Up);
        await ring.Chmpx.WaitForAsync(seen => StatusIn(seen).Contains("[SERVICE OUT][UP]", StringComparison.Ordinal));
        await ring.Cluster.RemoveAsync(leaving);
        var view = await ring.Chmpx.WaitForAsync(seen => seen.Connected == 1);
        Assert.Contains("[SERVICE OUT][DOWN]", StatusIn(view), StringComparison.Ordinal);

        ring.Chmpx.Replace(ring.Chmpx.Ini(3, ring.ServerSections(1)));
        await ring.Chmpx.WaitForGenerationAsync(3);
        await ring.Chmpx.WaitForAsync(seen => seen.Revision == 3 && seen.Servers.All(server => server.Cuk != leaving.Cuk));

        string StatusIn(ChmpxView seen) => seen.Servers.Single(server => server.Cuk == leaving.Cuk).Status;
    }

    [Fact]
    public async Task After_all_servers_failed_a_rename_of_a_new_list_reconnects_it()
    {
        await using var ring = await StartAsync(servers: 3, isRegistered: true);
        await ring.Chmpx.WaitForAsync(seen => seen.Connected == 3);
        await ring.Cluster.RestoreAsync(3);
        await ring.Chmpx.WaitForAsync(seen => seen.Connected == 0);

        ring.Chmpx.Replace(ring.Chmpx.Ini(2, ring.ServerSections(3)));
        await ring.Chmpx.WaitForGenerationAsync(2);
        await ring.Chmpx.WaitForAsync(seen => seen.Connected == 3);
    }

    [Fact]
    public async Task A_slave_that_servers_admit_one_after_another_keeps_only_the_first_until_it_is_restarted()
    {
        await using var ring = await StartAsync(servers: 3, refresh: Timeout.InfiniteTimeSpan, withNowhere: false);
        await PartialAsync(ring);

        await ring.Chmpx.SignalAsync("HUP");
        await ring.Chmpx.ExitCodeAsync();
        ring.Chmpx.Start();
        await ring.Chmpx.WaitForAsync(seen => seen.Connected == 3);
    }

    [Fact]
    public async Task UPDATESTATUS_at_a_disconnected_server_connects_the_slave()
    {
        await using var ring = await StartAsync(servers: 3, refresh: Timeout.InfiniteTimeSpan, withNowhere: false);
        await PartialAsync(ring);
        foreach (var server in ring.Cluster.Servers.Skip(1))
        {
            var answer = await ControlPortClient.AskAsync(new IPEndPoint(server.Address, server.ControlPort), "UPDATESTATUS", TestContext.Current.CancellationToken);
            Assert.Equal("SUCCEED\n", answer);
            await ring.Chmpx.WaitForAsync(seen => seen.Servers.Any(shown => shown.Cuk == server.Cuk && shown.IsConnected));
            Assert.Equal(1, server.Commands["UPDATESTATUS"]);
        }
    }

    [Fact]
    public async Task A_partially_connected_slave_connects_by_itself_only_to_a_server_that_joins()
    {
        await using var ring = await StartAsync(servers: 2, refresh: Timeout.InfiniteTimeSpan, withNowhere: false);
        await PartialAsync(ring);
        var joined = await ring.Cluster.AddAsync(refresh: Timeout.InfiniteTimeSpan);
        var view = await ring.Chmpx.WaitForAsync(seen => seen.Connected == 2);
        Assert.True(view.Servers.Single(server => server.Cuk == joined.Cuk).IsConnected);
    }

    [Fact]
    public async Task UPDATESTATUS_without_another_server_sends_nothing()
    {
        await using var ring = await StartAsync(servers: 1, withNowhere: false);
        var only = ring.Cluster.Servers[0];
        Assert.Equal("SUCCEED: There no server on RING.\n",
            await ControlPortClient.AskAsync(new IPEndPoint(only.Address, only.ControlPort), "UPDATESTATUS", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Sockets_of_failed_servers_keep_it_from_connecting_to_new_ones_until_it_is_restarted()
    {
        await using var ring = await StartAsync(servers: 2, isRegistered: true, withNowhere: false);
        await ring.Chmpx.WaitForAsync(seen => seen.Connected == 2);
        var dead = ring.Cluster.Servers.Select(server => server.Cuk).ToList();
        foreach (var server in ring.Cluster.Servers)
        {
            await ring.Cluster.PowerOffAsync(server);
            await ring.Cluster.ForgetAsync(server);
        }
        await ring.Cluster.AddAsync();
        await ring.Cluster.AddAsync();
        ring.Chmpx.Replace(ring.Chmpx.Ini(2, ring.ServerSections(2)));
        await ring.Chmpx.WaitForGenerationAsync(2);
        var view = await ring.Chmpx.WaitForAsync(seen => seen.Revision == 2 && seen.Servers.Count >= 4);
        Assert.Equal(dead.Order(), view.Servers.Where(server => server.IsConnected).Select(server => server.Cuk).Order());
        Assert.All(ring.Cluster.Servers, server => Assert.Equal(0, server.Connections));

        await ring.Chmpx.SignalAsync("HUP");
        await ring.Chmpx.ExitCodeAsync();
        ring.Chmpx.Start();
        await ring.Chmpx.WaitForAsync(seen => seen.Connected == 2 && seen.Servers.All(server => !dead.Contains(server.Cuk)));
    }

    [Fact]
    public async Task A_clock_a_day_ahead_leaves_it_without_a_server_once_the_connections_are_lost()
    {
        await using var ring = await StartAsync(servers: 2, isRegistered: true, withNowhere: false, options: ["-clock", "86400"]);
        await ring.Chmpx.WaitForAsync(seen => seen.Connected == 2);
        foreach (var server in ring.Cluster.Servers)
        {
            server.Disconnect();
        }
        await ring.Chmpx.WaitForAsync(seen => seen.Connected == 0);
        var before = ring.Cluster.Servers.Sum(server => server.Connections);
        await Eventually.IsTrueAsync(() => ring.Cluster.Servers.Sum(server => server.Connections) >= before + 5, "chmpx stopped connecting");
        Assert.Equal(0, (await ring.Chmpx.WaitForAsync(_ => true)).Connected);

        await ring.Chmpx.SignalAsync("HUP");
        await ring.Chmpx.ExitCodeAsync();
        ring.Chmpx.Start("-clock", "86400");
        await ring.Chmpx.WaitForAsync(seen => seen.Connected == 2);
    }

    [Fact]
    public async Task An_attached_program_shows_as_an_offset_in_client_pids()
    {
        await using var ring = await StartAsync(servers: 1, isRegistered: true, withNowhere: false);
        await ring.Chmpx.WaitForAsync(seen => seen.Connected == 1);
        Assert.Contains("\nclient_pids          = 0\n", await DumpAsync(ring), StringComparison.Ordinal);
        using (ring.Chmpx.Attach())
        {
            Assert.Contains("\nclient_pids          = 0x694100\n", await DumpAsync(ring), StringComparison.Ordinal);
        }
        Assert.Contains("\nclient_pids          = 0\n", await DumpAsync(ring), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ALLSTATUS")]
    [InlineData("SELFSTATUS")]
    [InlineData("DUMP")]
    public async Task The_control_port_answers_in_the_recorded_layout(string command)
    {
        // Recorded with three servers, the third of which was up but not in the ring.
        await using var ring = await StartAsync(servers: 3, isRegistered: true, withNowhere: false);
        await ring.Chmpx.WaitForAsync(seen => seen.Connected == 3);

        var answer = await ControlPortClient.AskAsync(ring.Chmpx.ControlPort, command, TestContext.Current.CancellationToken);

        var recorded = await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "Fixtures", "chmpx", command + ".txt"), TestContext.Current.CancellationToken);
        // In the recording two of three are in the ring, here all are.
        Assert.Equal(Layout(recorded).Where(line => !line.Contains("[2] = <>", StringComparison.Ordinal)),
            Layout(answer!).Where(line => !line.Contains("[2] = <>", StringComparison.Ordinal)));
    }

    // One server admits the slave, and the others only afterwards.
    private static async Task PartialAsync(Ring ring)
    {
        ring.Service.RegisterHost(ring.Names.SlaveRole, Slave);
        var first = ring.Cluster.Servers[0];
        ring.Cluster.Refresh(first);
        // Connected to it, and done with the others.
        await ring.Chmpx.WaitForAsync(seen => seen.Connected == 1 && seen.Servers.All(server => server.IsConnected || server.Status.Contains("[DOWN]", StringComparison.Ordinal)));
        var connections = ring.Cluster.Servers.Skip(1).Select(server => server.Connections).ToList();
        foreach (var server in ring.Cluster.Servers.Skip(1))
        {
            ring.Cluster.Refresh(server);
        }

        // A new FILEVERSION does not change that.
        ring.Chmpx.Replace(ring.Chmpx.Ini(2, ring.ServerSections(ring.Cluster.Servers.Count)).Replace(Nowhere, "", StringComparison.Ordinal));
        await ring.Chmpx.WaitForGenerationAsync(2);
        var view = await ring.Chmpx.WaitForAsync(seen => seen.Revision == 2);
        Assert.Equal([first.Cuk], view.Servers.Where(server => server.IsConnected).Select(server => server.Cuk));
        Assert.All(view.Servers.Where(server => !server.IsConnected), server => Assert.Contains("[DOWN]", server.Status, StringComparison.Ordinal));
        Assert.Equal(connections, ring.Cluster.Servers.Skip(1).Select(server => server.Connections));
    }

    private static async Task<string> DumpAsync(Ring ring) =>
        (await ControlPortClient.AskAsync(ring.Chmpx.ControlPort, "DUMP", TestContext.Current.CancellationToken))!;

    // Keeps names, indentation and order; drops values.
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

    private static async Task<Ring> StartAsync(int servers, bool isRegistered = false, bool withNowhere = true, TimeSpan? refresh = null, string[]? options = null)
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
        var ring = new Ring(service, names, cluster, chmpx);
        for (var index = 0; index < servers; index++)
        {
            await cluster.AddAsync(refresh: refresh);
        }
        var ini = chmpx.Ini(1, ring.ServerSections(servers));
        chmpx.Write(withNowhere ? ini : ini.Replace(Nowhere, "", StringComparison.Ordinal));
        chmpx.Start(options ?? []);
        return ring;
    }

    [GeneratedRegex("= (?!\\{$).*$")]
    private static partial Regex Value();

    [GeneratedRegex("\\[\\d+\\] \\{")]
    private static partial Regex ServersIn();

    private sealed record Ring(K2hr3Service Service, DbaasCluster Names, ServerCluster Cluster, StandInChmpx Chmpx) : IAsyncDisposable
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
