using System.Globalization;
using System.Text;
using CsCheck;
using SlaveAgent.Chmpx;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

public sealed class AllStatusReaderTests
{
    private static readonly string Text = Fixture.Text("chmpx/ALLSTATUS.txt");

    private static readonly DateTimeOffset Updated = DateTimeOffset.Parse("2026-11-22T14:19:10.613286Z", CultureInfo.InvariantCulture);

    [Fact]
    public void The_recorded_answer_shows_three_servers()
    {
        var report = AllStatusReader.TryRead(Text);
        Assert.NotNull(report);
        Assert.Equal("testcluster", report.RingName);
        Assert.Equal(
            [
                Server("svr1", inService: true, 0),
                Server("svr2", inService: true, 1),
                Server("svr3", inService: false, ulong.MaxValue),
            ],
            report.Servers);
        Assert.Equal(Updated, report.NewestUpdate);
        Assert.All(report.Servers, server => Assert.True(server.IsSettled));

        static ReportedServer Server(string name, bool inService, ulong hash) => new(
            name, 8020, 8021, $"cuk-{name}", inService, IsUp: true, ServerAction.None, ServerOperation.Nothing, IsSuspended: false, Updated, hash, hash);
    }

    [Fact]
    public void The_answer_of_a_real_server_that_was_just_started_shows_itself_and_the_other_one_out_of_service()
    {
        var report = AllStatusReader.TryRead(Fixture.Text("chmpx/ALLSTATUS-server.txt"))!;
        Assert.Equal([new NodeKey("cuk-a", 18121), new NodeKey("cuk-b", 18221)], report.Servers.Select(server => server.Key));
        Assert.All(report.Servers, server => Assert.Equal((false, true, true, true), (server.InService, server.IsUp, server.IsSettled, server.IsSuspended)));
        Assert.Equal(DateTimeOffset.Parse("2026-11-26T11:07:46.016207Z", CultureInfo.InvariantCulture), report.NewestUpdate);
    }

    [Theory]
    [InlineData("0x10(SAFE -> [SERVICE OUT][DOWN][n/a][Nothing][NoSuspend])", false, false, ServerAction.None, ServerOperation.Nothing, false)]
    [InlineData("0x1121(SAFE -> [SERVICE IN][UP][ADD][Pending][NoSuspend])", true, true, ServerAction.Add, ServerOperation.Pending, false)]
    [InlineData("0x2121(SAFE -> [SERVICE IN][UP][ADD][Doing][NoSuspend])", true, true, ServerAction.Add, ServerOperation.Doing, false)]
    [InlineData("0x3221(SAFE -> [SERVICE IN][UP][DELETE][Done][NoSuspend])", true, true, ServerAction.Delete, ServerOperation.Done, false)]
    [InlineData("0x10021(SAFE -> [SERVICE IN][UP][n/a][Nothing][Suspend])", true, true, ServerAction.None, ServerOperation.Nothing, true)]
    [InlineData("0x4421(NOT SAFE -> [SERVICE IN][UP][unknown ACTION][unknown OPERATION][NoSuspend])", true, true, ServerAction.Unknown, ServerOperation.Unknown, false)]
    public void The_status_tells_service_life_and_what_is_being_moved(
        string status, bool inService, bool isUp, ServerAction action, ServerOperation operation, bool isSuspended)
    {
        var server = AllStatusReader.TryRead(First("0x21(SAFE -> [SERVICE IN][UP][n/a][Nothing][NoSuspend])", status))!.Servers[0];
        Assert.Equal((inService, isUp, action, operation, isSuspended), (server.InService, server.IsUp, server.Action, server.Operation, server.IsSuspended));
        Assert.Equal(action == ServerAction.None && operation == ServerOperation.Nothing, server.IsSettled);
    }

    [Fact]
    public void The_time_is_the_number_and_not_the_text_in_some_local_time()
    {
        var server = AllStatusReader.TryRead(First("2026-11-22 14h 19m 10s 613ms 286us", "2026-11-22 23h 19m 10s 613ms 286us"))!.Servers[0];
        Assert.Equal(Updated, server.LastUpdate);
    }

    [Fact]
    public void A_server_whose_status_was_never_taken_has_no_time() =>
        Assert.Null(AllStatusReader.TryRead(First("(30121094703307686)", "(0)"))!.Servers[0].LastUpdate);

    [Fact]
    public void The_newest_time_is_the_rings() =>
        Assert.Equal(Updated.AddSeconds(1), AllStatusReader.TryRead(First("(30121094703307686)", $"({30121094703307686 + (1L << 24)})"))!.NewestUpdate);

    [Fact]
    public void The_lines_of_TLS_do_not_matter() => Assert.Equal(
        AllStatusReader.TryRead(Text)!.Servers,
        AllStatusReader.TryRead(First("    Use SSL            = no\n", "    Use SSL            = yes\n    Verify Peer        = yes\n    CA path            = /a=b\n"))!.Servers);

    [Fact]
    public void A_server_without_a_CUK_is_known_by_its_port_and_name() =>
        Assert.Equal(new NodeKey(string.Empty, 8021, "svr1"), AllStatusReader.TryRead(First("    CUK                = cuk-svr1", "    CUK                = "))!.Servers[0].Key);

    [Fact]
    public void A_server_is_found_only_where_nothing_else_has_its_key()
    {
        var report = AllStatusReader.TryRead(First("cuk-svr1", "cuk-svr2"))!;
        Assert.Null(report.FindOnly(new NodeKey("cuk-svr2", 8021)));
        Assert.Null(report.FindOnly(new NodeKey("cuk-svr1", 8021)));
        Assert.Equal("svr3", report.FindOnly(new NodeKey("cuk-svr3", 8021))?.Name);
    }

    [Fact]
    public void A_ring_without_servers_is_a_report_too() => Assert.Empty(AllStatusReader.TryRead("RING Name              = ring\n")!.Servers);

    [Fact]
    public void An_answer_cut_at_any_character_gives_no_report_or_one_of_whole_servers()
    {
        var whole = AllStatusReader.TryRead(Text)!;
        for (var length = 0; length < Text.Length; length++)
        {
            if (AllStatusReader.TryRead(Text[..length]) is { } report)
            {
                Assert.Equal(whole.Servers.Take(report.Servers.Length), report.Servers);
                Assert.True(length == Text.Length || Text[length..].StartsWith("No.", StringComparison.Ordinal), $"cut at {length}");
            }
        }
    }

    [Theory]
    [InlineData("No.2", "No.3")]
    [InlineData("No.2", "No.x")]
    [InlineData("No.1\n", "")]
    [InlineData("RING Name  ", "RING  ")]
    [InlineData("    Port               = 8020", "    Port               = 80200")]
    [InlineData("    Control Port       = 8021", "    Control Port       = -1")]
    [InlineData("    CUK  ", "    KUC  ")]
    [InlineData("(30121094703307686)", "(30121094703307686")]
    [InlineData("(30121094703307686)", "()")]
    [InlineData("[UP]", "[up]")]
    [InlineData("[UP]", "[UP][DOWN]")]
    [InlineData("    Enable Hash Value  = 0x0", "    Enable Hash Value  = 0")]
    [InlineData("    Pending Hash Value = 0x0\n", "")]
    public void A_line_that_is_missing_or_wrong_makes_all_of_it_unreadable(string old, string now) => Assert.Null(AllStatusReader.TryRead(First(old, now)));

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("ERROR: Failed to get all information.\n")]
    [InlineData("HTTP/1.1 400 Bad Request\r\n\r\n")]
    [InlineData("No.1\nRING Name = ring\n")]
    public void Something_else_is_no_report(string answer) => Assert.Null(AllStatusReader.TryRead(answer));

    [Fact]
    public void Carriage_returns_do_not_matter() =>
        Assert.Equal(AllStatusReader.TryRead(Text)!.Servers, AllStatusReader.TryRead(Text.Replace("\n", "\r\n", StringComparison.Ordinal))!.Servers);

    [Fact]
    public void No_damage_makes_reading_fail() =>
        Gen.Select(Gen.Int[0, Text.Length - 1], Gen.Char).Array[1, 30].Sample(
            changes =>
            {
                var damaged = new StringBuilder(Text);
                foreach (var (at, value) in changes)
                {
                    damaged[at] = value;
                }

                _ = AllStatusReader.TryRead(damaged.ToString());
            },
            iter: Iterations.Of(10_000));

    [Theory]
    [InlineData("SUCCEED\n", UpdateStatusReply.Sent)]
    [InlineData("SUCCEED: There no server on RING.\n", UpdateStatusReply.NothingSent)]
    [InlineData("ERROR: The command can not be executed on the slave node.\n", UpdateStatusReply.Refused)]
    [InlineData("ERROR: Could not send self status to other servers in RING.\n", UpdateStatusReply.Refused)]
    [InlineData("INTERNAL ERROR: Something error is occured.\n", UpdateStatusReply.Refused)]
    [InlineData("SUCCEEDED\n", UpdateStatusReply.Unreadable)]
    [InlineData("succeed\n", UpdateStatusReply.Unreadable)]
    [InlineData("", UpdateStatusReply.Unreadable)]
    [InlineData("RING Name = ring\n", UpdateStatusReply.Unreadable)]
    public void The_answer_to_UPDATESTATUS_is_one_of_four(string answer, UpdateStatusReply reply) => Assert.Equal(reply, UpdateStatusReader.Read(answer));

    private static string First(string old, string now)
    {
        var at = Text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0);
        return Text[..at] + now + Text[(at + old.Length)..];
    }
}
