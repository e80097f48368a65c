using System.Text.RegularExpressions;
using SlaveAgent.Sandbox.Chmpx;
using SlaveAgent.Sandbox.Cluster;
using SlaveAgent.Sandbox.K2hr3;

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

    // Names, indents and order stay; values go.
    private static IEnumerable<string> Layout(string text) =>
        text.TrimEnd('\n').Split('\n').Select(line => ServersIn().Replace(Value().Replace(line, "= <>"), "[n] {"));

    private static async Task<Stage> StartAsync(int servers, bool isRegistered = false, bool withNowhere = true)
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
            await cluster.AddAsync();
        }
        var ini = chmpx.Ini(1, stage.ServerSections(servers));
        chmpx.Write(withNowhere ? ini : ini.Remove(ini.IndexOf("[SVRNODE]\nNAME = nowhere", StringComparison.Ordinal), ini.IndexOf("127.0.0.1:1\n", StringComparison.Ordinal) + 12 - ini.IndexOf("[SVRNODE]", StringComparison.Ordinal)));
        chmpx.Start();
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
