using System.Text;
using CsCheck;
using SlaveAgent.Chmpx;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

public sealed class RingReaderTests
{
    private static readonly byte[] Dump = Fixture.Bytes("chmpx/DUMP.txt");

    private static readonly string Text = Encoding.UTF8.GetString(Dump);

    private static readonly LoadedNode Plain = new(8020, false, false, "", "", "", "", "");

    [Fact]
    public void The_recorded_answer_shows_three_servers()
    {
        var view = RingReader.TryRead(Dump);
        Assert.NotNull(view);
        Assert.Equal(1, view.Revision);
        Assert.Equal(
            [
                new RingServer(new NodeKey("cuk-svr1", 8021), "svr1", InService: true, IsUp: true, IsConnected: true) { Sockets = "13", Loaded = Plain },
                new RingServer(new NodeKey("cuk-svr2", 8021), "svr2", InService: true, IsUp: true, IsConnected: true) { Sockets = "14", Loaded = Plain },
                new RingServer(new NodeKey("cuk-svr3", 8021), "svr3", InService: false, IsUp: true, IsConnected: true) { Sockets = "15", Loaded = Plain },
            ],
            view.Servers);
    }

    [Fact]
    public void The_recorded_answer_tells_who_answered_and_what_is_in_force()
    {
        var view = RingReader.TryRead(Dump)!;
        Assert.Equal(new ChmpxProcess(28984, 1795357150), view.Process);
        Assert.Equal(("testcluster", "custom", false, "cuk-slv1", false), (view.Group, view.IdType, view.IsRandomDeliver, view.SelfCuk, view.HasPrograms));
        Assert.Equal(Plain with { Port = -1 }, view.Self);
    }

    [Theory]
    [InlineData("client_pids          = 0", "client_pids          = 0x694100", true)]
    [InlineData("client_pids          = 0", "other                = 0", null)]
    public void A_program_is_attached_unless_the_answer_says_that_none_is(string old, string now, bool? programs) =>
        Assert.Equal(programs, RingReader.TryRead(Encoding.UTF8.GetBytes(Text.Replace(old, now, StringComparison.Ordinal)))!.HasPrograms);

    [Fact]
    public void An_answer_cut_at_any_byte_gives_no_view_or_the_whole_one()
    {
        var whole = RingReader.TryRead(Dump)!;
        for (var length = 0; length < Dump.Length; length++)
        {
            if (RingReader.TryRead(Dump.AsSpan(0, length)) is { } view)
            {
                Assert.Equal(whole.Revision, view.Revision);
                Assert.Equal(whole.Servers, view.Servers);
            }
        }
    }

    [Theory]
    [InlineData("sock             = 13", "sock             = 25, 24", true)]
    [InlineData("sock             = 13", "sock             = 0", true)]
    [InlineData("sock             = 13", "sock             = -1", false)]
    [InlineData("sock             = 13", "sock             = ", false)]
    public void A_server_is_connected_when_it_has_a_socket_or_several(string old, string now, bool connected) =>
        Assert.Equal(connected, Read(old, now)!.Servers[0].IsConnected);

    [Fact]
    public void The_other_kinds_of_sockets_are_no_connection() =>
        Assert.False(Read("sock             = 13\n        ctlsock          = -1", "sock             = -1\n        ctlsock          = 9")!.Servers[0].IsConnected);

    [Fact]
    public void A_count_that_is_higher_than_the_list_changes_nothing() =>
        Assert.Equal(RingReader.TryRead(Dump)!.Servers, Read("chmpx_server_count = 3", "chmpx_server_count = 4")!.Servers);

    [Theory]
    [InlineData("SAFE -> [SERVICE OUT][DOWN][n/a][Nothing][NoSuspend]", false, false)]
    [InlineData("SAFE -> [SERVICE OUT][UP][n/a][Nothing][NoSuspend]", false, true)]
    [InlineData("SAFE -> [SERVICE IN][UP][ADD][Done][NoSuspend]", true, true)]
    [InlineData("SAFE -> [SERVICE IN][DOWN][DELETE][Pending][NoSuspend]", true, false)]
    public void The_status_tells_service_and_life(string status, bool inService, bool isUp)
    {
        var server = Read("SAFE -> [SERVICE IN][UP][n/a][Nothing][NoSuspend]", status)!.Servers[0];
        Assert.Equal((inService, isUp), (server.InService, server.IsUp));
    }

    [Theory]
    [InlineData("[SERVICE IN][DOWN]", true, false)]
    [InlineData("[UP][SERVICE OUT]", false, true)]
    public void The_status_is_read_where_nothing_stands_before_it(string status, bool inService, bool isUp)
    {
        var server = Read("SAFE -> [SERVICE IN][UP][n/a][Nothing][NoSuspend]", status)!.Servers[0];
        Assert.Equal((inService, isUp), (server.InService, server.IsUp));
    }

    [Fact]
    public void A_number_with_something_behind_it_is_none() => Assert.Null(Read("cfg_revision       = 1", "cfg_revision       = 1x"));

    [Fact]
    public void A_server_without_a_CUK_is_known_by_its_port_and_name()
    {
        var text = Text.Replace("cuk              = cuk-svr1\n", "", StringComparison.Ordinal);
        Assert.Contains(new NodeKey(string.Empty, 8021, "svr1"), RingReader.TryRead(Encoding.UTF8.GetBytes(text))!.Servers.Select(server => server.Key));
    }

    [Fact]
    public void A_server_is_found_by_its_key_and_of_two_the_first()
    {
        var view = new RingView(1, [Server("a", "one"), Server("b", "two"), Server("b", "three")]);
        Assert.Equal("two", view.Find(new NodeKey("b", 8021))?.Name);
        Assert.Null(view.Find(new NodeKey("c", 8021)));
        Assert.Equal(["one", "two"], view.ByKey().Values.Select(server => server.Name));

        static RingServer Server(string cuk, string name) => new(new NodeKey(cuk, 8021), name, InService: true, IsUp: true, IsConnected: true);
    }

    [Fact]
    public void An_entry_without_a_control_port_is_no_server()
    {
        var view = Read("ctlport          = 8021", "ctlport          = 0")!;
        Assert.Equal(["svr2", "svr3"], view.Servers.Select(s => s.Name));
    }

    [Fact]
    public void No_servers_are_a_view_too()
    {
        var begin = Text.IndexOf("    [0] = {", Text.IndexOf("chmpx_servers", StringComparison.Ordinal), StringComparison.Ordinal);
        var end = Text.IndexOf("  }\n  chmpx_slave_count", StringComparison.Ordinal);
        Assert.Empty(RingReader.TryRead(Encoding.UTF8.GetBytes(Text.Remove(begin, end - begin)))!.Servers);
    }

    [Fact]
    public void The_node_itself_is_no_server_of_the_ring() => Assert.DoesNotContain(RingReader.TryRead(Dump)!.Servers, s => s.Key.Cuk == "cuk-slv1");

    [Theory]
    [InlineData("")]
    [InlineData("ERROR: Failed to get all information.\n")]
    [InlineData("cfg_revision = 3\n")]
    [InlineData("cfg_revision = x\nchmpx_self = 1\nchmpx_servers = 0\nchmpx_slave_count = 0\n")]
    [InlineData("cfg_revision = 99999999999\nchmpx_self = 1\nchmpx_servers = 0\nchmpx_slave_count = 0\n")]
    public void Something_else_than_a_dump_is_no_view(string answer) => Assert.Null(RingReader.TryRead(Encoding.UTF8.GetBytes(answer)));

    [Fact]
    public void A_wrapped_revision_is_read_as_the_negative_number_it_is() => Assert.Equal(-1, Read("cfg_revision       = 1", "cfg_revision       = -1")!.Revision);

    [Fact]
    public void Carriage_returns_do_not_matter() =>
        Assert.Equal(RingReader.TryRead(Dump)!.Servers, RingReader.TryRead(Encoding.UTF8.GetBytes(Text.Replace("\n", "\r\n", StringComparison.Ordinal)))!.Servers);

    [Fact]
    public void No_damage_makes_reading_fail() =>
        Gen.Select(Gen.Int[0, Dump.Length - 1], Gen.Byte).Array[1, 30].Sample(changes =>
        {
            var damaged = (byte[])Dump.Clone();
            foreach (var (at, value) in changes)
            {
                damaged[at] = value;
            }

            _ = RingReader.TryRead(damaged);
        });

    private static RingView? Read(string old, string now)
    {
        var at = Text.IndexOf(old, Text.IndexOf("cfg_revision", StringComparison.Ordinal) is var head && old.StartsWith("cfg", StringComparison.Ordinal)
            ? head
            : Text.IndexOf("chmpx_bhash_count", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.True(at >= 0);
        return RingReader.TryRead(Encoding.UTF8.GetBytes(Text[..at] + now + Text[(at + old.Length)..]));
    }
}
