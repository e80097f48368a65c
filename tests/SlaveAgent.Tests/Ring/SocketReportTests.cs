using System.Collections.Immutable;
using System.Net;
using SlaveAgent.Chmpx;
using SlaveAgent.Hosting;
using SlaveAgent.Ring;

namespace SlaveAgent.Tests.Ring;

public sealed class SocketReportTests
{
    private static readonly TcpHealth Silent = new(TcpTimer.Retransmission, 3, SinceHeard: TimeSpan.FromSeconds(5));

    [Fact]
    public void A_servers_connection_is_found_by_any_of_its_endpoints()
    {
        // The first is behind an address translation: chmpx connects to the outer address that ENDPOINTS has, not to the one of its NAME.
        var report = Of(
            Servers(("a", ["192.0.2.1:18020", "10.0.0.1:8020"]), ("b", ["[2001:db8::2]:8020"]), ("c", ["10.0.0.3:8020"])),
            [Socket("192.0.2.1:18020", 1), Socket("[2001:db8::2]:8020", 2), Socket("10.0.0.9:8020", 3)]);
        Assert.Equal([(Key("a"), 1UL), (Key("b"), 2UL)], report.Servers.Select(server => (server.Key, Assert.Single(server.Value).Inode)).OrderBy(server => server.Inode));
        Assert.Empty(report.Dead);
    }

    [Fact]
    public void An_endpoint_that_two_servers_share_tells_of_neither()
    {
        var report = Of(Servers(("a", ["192.0.2.1:8020"]), ("b", ["192.0.2.1:8020", "10.0.0.2:8020"])), [Socket("192.0.2.1:8020", 1, Silent), Socket("10.0.0.2:8020", 2)]);
        Assert.Equal([Key("b")], report.Servers.Keys);
        Assert.Empty(report.Dead);
    }

    [Fact]
    public void A_server_is_dead_when_nothing_was_heard_of_it_since_a_connection_fell_silent()
    {
        // chmpx holds several to each server, and those without traffic say nothing for a minute.
        var servers = Servers(("a", ["10.0.0.1:8020"]), ("b", ["10.0.0.2:8020"]), ("c", ["10.0.0.3:8020"]));
        var report = Of(servers,
        [
            Socket("10.0.0.1:8020", 1, Silent), Socket("10.0.0.1:8020", 2, new TcpHealth(TcpTimer.None, 0, SinceHeard: TimeSpan.FromSeconds(1))),
            Socket("10.0.0.2:8020", 3, Silent), Socket("10.0.0.2:8020", 4, new TcpHealth(TcpTimer.KeepAlive, 0, SinceHeard: TimeSpan.FromSeconds(40))),
            Socket("10.0.0.3:8020", 5, Silent with { SinceHeard = null }), Socket("10.0.0.3:8020", 6),
        ]);

        // /proc does not say when anything was heard.
        Assert.Equal([Key("b"), Key("c")], report.Dead.OrderBy(key => key.Cuk));
    }

    [Theory]
    [InlineData(3, 4.5, true)]
    [InlineData(3, 1.5, true)]
    [InlineData(3, 1.3, false)]
    [InlineData(4, 1.5, false)]
    [InlineData(4, 3.1, true)]
    public void What_another_connection_heard_before_the_silence_began_tells_nothing_of_it(int retransmissions, double heard, bool isDead)
    {
        // Data unanswered through three retransmissions was sent 1.4 s ago or longer, through four 3 s.
        var report = Of(Servers(("a", ["10.0.0.1:8020"])),
        [
            Socket("10.0.0.1:8020", 1, Silent with { Unanswered = retransmissions }), Socket("10.0.0.1:8020", 2, new TcpHealth(TcpTimer.KeepAlive, 0, SinceHeard: TimeSpan.FromSeconds(heard))),
        ]);
        Assert.Equal(isDead, !report.Dead.IsEmpty);
    }

    [Fact]
    public void A_connection_stays_its_servers_whatever_the_name_says_meanwhile_and_as_long_as_that_is_listed()
    {
        var before = Of(Servers(("a", ["10.0.0.1:8020"])), [Socket("10.0.0.1:8020", 1, Silent)]);
        var moved = SocketReport.Of(Servers(("a", ["10.0.0.9:8020"])), [Socket("10.0.0.1:8020", 1, Silent)], before);
        Assert.Equal([Key("a")], moved.Dead);
        Assert.Empty(SocketReport.Of(Servers(("b", ["10.0.0.9:8020"])), [Socket("10.0.0.1:8020", 1, Silent)], before).Servers);
    }

    [Theory]
    [InlineData(TcpTimer.None, 9, false)]
    [InlineData(TcpTimer.Retransmission, 2, false)]
    [InlineData(TcpTimer.Retransmission, 3, true)]
    [InlineData(TcpTimer.ZeroWindow, 2, false)]
    [InlineData(TcpTimer.ZeroWindow, 3, true)]
    [InlineData(TcpTimer.KeepAlive, 1, false)]
    [InlineData(TcpTimer.KeepAlive, 2, true)]
    public void Tries_in_a_row_without_an_answer_are_a_half_open_connection(TcpTimer timer, int unanswered, bool isDead) =>
        Assert.Equal(isDead, new TcpHealth(timer, unanswered).IsDead);

    [Theory]
    [InlineData(3, 0.2, false)]
    [InlineData(8, 1.2, false)]
    [InlineData(3, 1.35, true)]
    public void Who_is_heard_is_not_gone_although_nothing_is_acknowledged(int retransmissions, double heard, bool isDead) =>
        Assert.Equal(isDead, new TcpHealth(TcpTimer.Retransmission, retransmissions, SinceHeard: TimeSpan.FromSeconds(heard)).IsDead);

    [Fact]
    public void Of_a_dead_server_a_half_open_connection_is_shown_and_of_others_always_the_same_one()
    {
        var servers = Servers(("a", ["10.0.0.1:8020"]));
        var quiet = new TcpHealth(TcpTimer.KeepAlive, 0, SinceHeard: TimeSpan.FromSeconds(40));
        var report = Of(servers, [Socket("10.0.0.1:8020", 5, quiet)]);
        report = SocketReport.Of(servers, [Socket("10.0.0.1:8020", 5, quiet), Socket("10.0.0.1:8020", 3, quiet)], report);
        Assert.Equal(5UL, report.Telling(Key("a"))!.Inode);
        report = SocketReport.Of(servers, [Socket("10.0.0.1:8020", 3, quiet), Socket("10.0.0.1:8020", 5, quiet)], report);
        Assert.Equal(5UL, report.Telling(Key("a"))!.Inode);
        report = SocketReport.Of(servers, [Socket("10.0.0.1:8020", 3, Silent), Socket("10.0.0.1:8020", 5, quiet)], report);
        Assert.Equal(3UL, report.Telling(Key("a"))!.Inode);
        Assert.Null(report.Telling(Key("b")));
    }

    [Fact]
    public void When_the_kernel_last_tried_is_told_of_half_open_connections_alone()
    {
        var servers = Servers(("a", ["10.0.0.1:8020"]), ("b", ["10.0.0.2:8020"]));
        Assert.Null(Of(servers, [Socket("10.0.0.1:8020", 1, Silent with { Unanswered = 1, SinceTry = TimeSpan.FromSeconds(1) })]).SinceLastTry);
        var report = Of(
            servers,
            [
                Socket("10.0.0.1:8020", 1, Silent with { SinceTry = TimeSpan.FromSeconds(9) }), Socket("10.0.0.1:8020", 2, Silent with { SinceTry = TimeSpan.FromSeconds(7) }),
                Socket("10.0.0.2:8020", 3, Silent with { SinceTry = TimeSpan.FromSeconds(20) }),
            ]);
        Assert.Equal((TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(20)), (report.SinceLastTry, report.SinceFirstTry));
    }

    [Fact]
    public void A_connection_that_is_shown_twice_is_one()
    {
        var servers = Servers(("a", ["10.0.0.1:8020"]));
        var report = Of(servers, [Socket("10.0.0.1:8020", 1), Socket("10.0.0.1:8020", 1)]);
        Assert.Single(SocketReport.Of(servers, [Socket("10.0.0.1:8020", 1), Socket("10.0.0.1:8020", 1)], report).Servers[Key("a")]);
    }

    [Fact]
    public void Another_connection_to_the_same_server_is_told_from_the_one_before()
    {
        var servers = Servers(("a", ["10.0.0.1:8020"]));
        var before = Of(servers, [Socket("10.0.0.1:8020", 1)]);
        Assert.True(before.SaysTheSame(Of(servers, [Socket("10.0.0.1:8020", 1, new TcpHealth(TcpTimer.Retransmission, 1))])));
        Assert.False(before.SaysTheSame(Of(servers, [Socket("10.0.0.1:8020", 1, Silent)])));
        Assert.False(before.HasSameConnections(Of(servers, [Socket("10.0.0.1:8020", 2)])));
        Assert.False(before.HasSameConnections(SocketReport.Empty));
    }

    private static SocketReport Of(Dictionary<NodeKey, ImmutableArray<IPEndPoint>> servers, TcpSocket[] sockets) => SocketReport.Of(servers, sockets, SocketReport.Empty);

    private static NodeKey Key(string cuk) => new(cuk, 8021);

    private static Dictionary<NodeKey, ImmutableArray<IPEndPoint>> Servers(params (string Cuk, string[] Endpoints)[] servers) =>
        servers.ToDictionary(server => Key(server.Cuk), server => server.Endpoints.Select(IPEndPoint.Parse).ToImmutableArray());

    private static TcpSocket Socket(string remote, ulong inode, TcpHealth health = default) =>
        new(IPEndPoint.Parse("10.0.0.100:40000"), IPEndPoint.Parse(remote), TcpState.Established, 0, inode) { Health = health };
}
