using System.Diagnostics;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Conformance;

/// <summary>
/// chmpx's habits, each held by the stand-in and by the real one: what the agent is built for must be true of both. Times are not
/// asserted, only order and counts.
/// </summary>
public sealed class ChmpxConformanceTests
{
    private const string StandIn = "the stand-in";
    private const string Real = "the real one";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task A_rename_is_noticed_and_a_burst_settles_on_the_last(string kind)
    {
        await using var chmpx = await RunningAsync(kind);
        for (var generation = 2; generation <= 21; generation++)
        {
            chmpx.Replace(chmpx.Ini(generation));
        }
        await chmpx.UntilAsync(view => view.Revision == 21, "the last of the burst is loaded");
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task A_hard_link_to_the_old_file_blinds_it_until_the_link_goes(string kind)
    {
        await using var chmpx = await RunningAsync(kind);
        await LinkAsync(chmpx.File, chmpx.File + ".bak");
        chmpx.Replace(chmpx.Ini(2));
        chmpx.Replace(chmpx.Ini(3));
        await chmpx.StaysAsync(view => view.Revision == 1, "blind");
        File.Delete(chmpx.File + ".bak");
        // The questions above read the file already, so that its watch finds nothing new: a new number is needed.
        chmpx.Changed();
        await chmpx.UntilAsync(_ => true, "the link's end is noticed");
        chmpx.Replace(chmpx.Ini(4));
        await chmpx.UntilAsync(view => view.Revision == 4, "it sees again");
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task The_old_file_held_open_blinds_it_until_it_is_closed(string kind)
    {
        await using var chmpx = await RunningAsync(kind);
        await using (File.Open(chmpx.File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        {
            chmpx.Replace(chmpx.Ini(2));
        }
        chmpx.Changed();
        await chmpx.UntilAsync(view => view.Revision == 2, "it sees again");
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task An_exchange_is_noticed_also_with_a_hard_link_and_an_open_descriptor_on_the_old_file(string kind)
    {
        await using var chmpx = await RunningAsync(kind);
        await LinkAsync(chmpx.File, chmpx.File + ".bak");
        await using var held = File.Open(chmpx.File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        chmpx.ReplaceByExchange(chmpx.Ini(2));
        await chmpx.UntilAsync(view => view.Revision == 2, "the exchange is noticed");
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task After_a_rename_with_a_hard_link_it_is_blind_to_an_exchange_as_well(string kind)
    {
        await using var chmpx = await RunningAsync(kind);
        await LinkAsync(chmpx.File, chmpx.File + ".bak");
        chmpx.Replace(chmpx.Ini(2));
        chmpx.ReplaceByExchange(chmpx.Ini(3));
        await chmpx.StaysAsync(view => view.Revision == 1, "blind");
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task A_swapped_symbolic_link_is_not_noticed(string kind)
    {
        await using var chmpx = await ChmpxUnderTest.CreateAsync(kind);
        await File.WriteAllTextAsync(chmpx.File + ".1", chmpx.Ini(1), Cancel);
        await File.WriteAllTextAsync(chmpx.File + ".2", chmpx.Ini(2), Cancel);
        File.CreateSymbolicLink(chmpx.File, chmpx.File + ".1");
        await chmpx.RunAsync();
        File.CreateSymbolicLink(chmpx.File + ".link", chmpx.File + ".2");
        File.Move(chmpx.File + ".link", chmpx.File, overwrite: true);
        await chmpx.StaysAsync(view => view.Revision == 1, "the swap is not noticed");
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task Removed_and_there_again_at_once_is_noticed_and_later_it_is_blind_for_good(string kind)
    {
        await using var chmpx = await RunningAsync(kind);
        await File.WriteAllTextAsync(chmpx.File + ".new", chmpx.Ini(2), Cancel);
        File.Delete(chmpx.File);
        File.Move(chmpx.File + ".new", chmpx.File);
        chmpx.Changed();
        await chmpx.UntilAsync(view => view.Revision == 2, "it is noticed");

        File.Delete(chmpx.File);
        // It waits 0.5 s for the file.
        await Task.Delay(8000, Cancel);
        chmpx.Replace(chmpx.Ini(3));
        chmpx.Replace(chmpx.Ini(4));
        await chmpx.StaysAsync(view => view.Revision == 2, "blind");
    }

    [Theory]
    [MemberData(nameof(BadFiles))]
    public async Task A_bad_file_ends_it_with_code_0(string kind, string what)
    {
        await using var chmpx = await RunningAsync(kind);
        chmpx.Replace(Corrupt(chmpx, 2, what));
        Assert.Equal(0, await chmpx.ExitCodeAsync());
    }

    public static TheoryData<string, string> BadFiles => Each("empty", "garbage", "no SVRNODE", "no SLVNODE", "MODE=SERVER", "BOM", "SSL without certificates");

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task A_file_truncated_in_place_ends_it(string kind)
    {
        await using var chmpx = await RunningAsync(kind);
        await using (var file = File.Open(chmpx.File, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite))
        {
            Assert.Equal(0, await chmpx.ExitCodeAsync());
        }
    }

    [Theory]
    [MemberData(nameof(BadStarts))]
    public async Task It_does_not_start_with(string kind, string what)
    {
        await using var chmpx = await ChmpxUnderTest.CreateAsync(kind);
        chmpx.Write(Corrupt(chmpx, 1, what));
        chmpx.Start();
        Assert.NotEqual(0, await chmpx.ExitCodeAsync());
    }

    public static TheoryData<string, string> BadStarts => Each(
        "empty", "garbage", "no SVRNODE", "no SLVNODE", "MODE=SERVER", "BOM", "SSL without certificates", "no FILEVERSION", "no GROUP", "no DELIVERMODE",
        "itself not listed", "a NAME that is not this host's", "SSL with a key of another certificate");

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task A_reload_without_itself_is_taken(string kind)
    {
        await using var chmpx = await RunningAsync(kind);
        chmpx.Replace(Corrupt(chmpx, 2, "itself not listed"));
        await chmpx.UntilAsync(view => view.Revision == 2, "it is taken");
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task DATE_alone_is_no_change_and_a_new_GROUP_is_not_taken(string kind)
    {
        await using var chmpx = await RunningAsync(kind);
        var date = DateOf(await chmpx.AskAsync("DUMP"));
        chmpx.Replace(chmpx.Ini(1).Replace("2020", "2021", StringComparison.Ordinal));
        await chmpx.UntilAsync(_ => true, "it answers");
        Assert.Equal(date, DateOf(await chmpx.AskAsync("DUMP")));

        chmpx.Replace(chmpx.Ini(2).Replace("GROUP = probe", "GROUP = other", StringComparison.Ordinal));
        await chmpx.StaysAsync(view => view.Revision == 1, "the group needs a restart");
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task HUP_ends_it_with_code_0_while_TERM_and_QUIT_do_nothing(string kind)
    {
        await using var chmpx = await RunningAsync(kind);
        await chmpx.SignalAsync("TERM");
        await chmpx.SignalAsync("QUIT");
        await chmpx.StaysAsync(view => view.Revision == 1, "it goes on");
        await chmpx.SignalAsync("HUP");
        Assert.Equal(0, await chmpx.ExitCodeAsync());
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task A_question_between_a_change_and_its_notice_loses_the_reload_and_a_new_number_brings_it(string kind)
    {
        await using var chmpx = await ChmpxUnderTest.CreateAsync(kind);
        chmpx.Write(OneThread(chmpx.Ini(1)));
        await chmpx.RunAsync();
        await ReplaceWhileAskedAsync(chmpx, OneThread(chmpx.Ini(2)));
        await chmpx.StaysAsync(view => view.Revision == 1, "the reload is lost");

        chmpx.Replace(OneThread(chmpx.Ini(3)));
        await chmpx.UntilAsync(view => view.Revision == 3, "the next number is taken");
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task With_REVERSE_PEERS_in_its_own_entry_a_question_loses_nothing(string kind)
    {
        await using var chmpx = await ChmpxUnderTest.CreateAsync(kind);
        string Ini(int generation) => OneThread(chmpx.Ini(generation)).Replace("CUSTOM_ID_SEED = slave", "CUSTOM_ID_SEED = slave\nREVERSE_PEERS = 127.0.0.1", StringComparison.Ordinal);
        chmpx.Write(Ini(1));
        await chmpx.RunAsync();
        await ReplaceWhileAskedAsync(chmpx, Ini(2));
        await chmpx.UntilAsync(view => view.Revision == 2, "the reload is not lost");
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task None_admits_it_and_once_one_does_it_is_connected_to_all_that_admit_it(string kind)
    {
        await using var chmpx = await RunningAsync(kind, servers: 2);
        await chmpx.StaysAsync(view => view.Connected == 0 && view.Servers.All(server => server.Status.Contains("[DOWN]", StringComparison.Ordinal)), "all are down");
        await chmpx.SignalAsync("STOP");
        await chmpx.AdmitAsync(0);
        await chmpx.AdmitAsync(1);
        await chmpx.SignalAsync("CONT");
        await chmpx.UntilAsync(view => view.Connected == 2, "it connects by itself");
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task A_partial_connection_is_permanent_and_a_restart_ends_it(string kind)
    {
        await using var chmpx = await PartialAsync(kind);
        await chmpx.RestartAsync();
        await chmpx.UntilAsync(view => view.Connected == 3, "all are connected after the restart");
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task UPDATESTATUS_at_each_server_it_lacks_ends_a_partial_connection(string kind)
    {
        await using var chmpx = await PartialAsync(kind);
        foreach (var server in (int[])[0, 2])
        {
            Assert.Equal("SUCCEED\n", await chmpx.AskServerAsync(server, "UPDATESTATUS"));
            var cuk = chmpx.Servers[server];
            await chmpx.UntilAsync(view => view.Servers.Any(seen => seen.Cuk == cuk && seen.IsConnected), $"{cuk} is connected");
        }
        Assert.Equal(3, (await chmpx.ViewAsync())!.Connected);
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task UPDATESTATUS_sends_nothing_where_there_is_no_other_server(string kind)
    {
        await using var chmpx = await RunningAsync(kind, servers: 1);
        Assert.Equal("SUCCEED: There no server on RING.\n", await chmpx.AskServerAsync(0, "UPDATESTATUS"));
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task A_partial_slave_connects_by_itself_to_a_server_that_newly_joins_and_to_no_other(string kind)
    {
        await using var chmpx = await PartialAsync(kind);
        await chmpx.AddServerAsync(admits: true);
        var joined = chmpx.Servers[^1];
        var view = await chmpx.UntilAsync(view => view.Connected == 2, "the new one is connected, although the file does not list it");
        Assert.True(view.Servers.Single(server => server.Cuk == joined).IsConnected);
        await chmpx.StaysAsync(view => view.Connected == 2, "the others stay down");
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task Sockets_of_the_dead_keep_it_from_the_living_until_a_restart(string kind)
    {
        await using var chmpx = await RunningAsync(kind, servers: 2);
        await AdmitAllAsync(chmpx);
        await chmpx.RestartAsync();
        await chmpx.UntilAsync(view => view.Connected == 2, "all are connected");
        var dead = chmpx.Servers;

        await chmpx.ReplaceServersAsync();
        chmpx.Replace(chmpx.Ini(2));
        await chmpx.UntilAsync(view => view.Revision == 2, "the new list is loaded");
        await chmpx.StaysAsync(
            view => view.Servers.Where(server => server.IsConnected).Select(server => server.Cuk).Order().SequenceEqual(dead.Order()), "only the dead have sockets");

        await chmpx.RestartAsync();
        await chmpx.UntilAsync(view => view.Servers.Count(server => server.IsConnected && !dead.Contains(server.Cuk)) == 2, "the living are connected");
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task Connections_that_were_lost_while_the_servers_stayed_come_back_to_one_of_them_at_the_most_until_a_restart(string kind)
    {
        await using var chmpx = await RunningAsync(kind, servers: 2);
        await AdmitAllAsync(chmpx);
        await chmpx.RestartAsync();
        await chmpx.UntilAsync(view => view.Connected == 2, "all are connected");
        // Statuses are compared in whole seconds, so that those of the second in which the connections end would still count.
        await Task.Delay(1500, Cancel);

        await chmpx.LoseConnectionsAsync();
        // The one that is asked first stamps itself; of the others it says what is older than this node's own stamp. The real one was seen with none, too.
        await chmpx.UntilAsync(view => view.Connected <= 1, "the connections are gone");
        await chmpx.StaysAsync(view => view.Connected <= 1, "no more than one comes back");

        await chmpx.RestartAsync();
        await chmpx.UntilAsync(view => view.Connected == 2, "all are connected after a restart");
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task Statuses_older_than_its_own_are_ignored_so_a_clock_ahead_ends_in_no_server_at_all_until_a_restart(string kind)
    {
        const int Day = 24 * 60 * 60;
        Assert.SkipUnless(kind == StandIn || RealUnderTest.ClockLibrary is not null, "the real chmpx gets another clock from libfaketimeMT.so.1 (package libfaketime), which is not here");
        await using var chmpx = await ChmpxUnderTest.CreateAsync(kind, servers: 2);
        await AdmitAllAsync(chmpx);
        chmpx.Write(chmpx.Ini(1));
        await chmpx.RunAsync(clockAhead: Day);
        await chmpx.UntilAsync(view => view.Connected == 2, "all are connected at first");

        await chmpx.LoseConnectionsAsync();
        await chmpx.UntilAsync(view => view.Connected == 0, "the connections are gone");
        await chmpx.StaysAsync(view => view.Connected == 0, "none comes back");
        Assert.Equal("SUCCEED\n", await chmpx.AskServerAsync(0, "UPDATESTATUS"));
        await chmpx.StaysAsync(view => view.Connected == 0, "UPDATESTATUS does not help");

        await chmpx.RestartAsync(clockAhead: Day);
        await chmpx.UntilAsync(view => view.Connected == 2, "a restart does");
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task A_changed_PORT_and_DELIVERMODE_stay_as_loaded_while_sizes_are_overwritten(string kind)
    {
        await using var chmpx = await RunningAsync(kind);
        Assert.Contains(" max_mqueue = 10\n", Squeezed(await chmpx.AskAsync("DUMP")), StringComparison.Ordinal);
        chmpx.Replace(chmpx.Ini(2)
            .Replace("PORT = 1\n", "PORT = 5\n", StringComparison.Ordinal)
            .Replace("DELIVERMODE = hash", "DELIVERMODE = random", StringComparison.Ordinal)
            .Replace("MAXCHMPX = 32", "MAXCHMPX = 64", StringComparison.Ordinal)
            .Replace("MAXMQCLIENT = 8", "MAXMQCLIENT = 16", StringComparison.Ordinal));
        await chmpx.UntilAsync(view => view.Revision == 2, "it is loaded");
        var dump = Squeezed(await chmpx.AskAsync("DUMP"));
        Assert.Contains(" port = 1\n", dump, StringComparison.Ordinal);
        Assert.Contains(" is_random_deliver = false\n", dump, StringComparison.Ordinal);
        Assert.Contains(" chmpx_count = 64\n", dump, StringComparison.Ordinal);
        Assert.Contains(" max_mqueue = 18\n", dump, StringComparison.Ordinal);
        Assert.Contains(" client_pids = 0\n", dump, StringComparison.Ordinal);
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task Each_question_looks_up_the_names_of_other_slaves(string kind)
    {
        const int Others = 20;
        await using var chmpx = await RunningAsync(kind);
        var alone = await LookUpsOfQuestionsAsync(chmpx);
        chmpx.Replace(chmpx.Ini(2, ChmpxUnderTest.OtherSlaves(Others)));
        await chmpx.UntilAsync(view => view.Revision == 2, "it is loaded");
        var together = await LookUpsOfQuestionsAsync(chmpx);
        Assert.True(together - alone >= 3 * Others, $"three questions: {alone} lookups alone, {together} with {Others} other slaves");
    }

    [Theory, InlineData(StandIn, "022", "0644"), InlineData(StandIn, "007", "0660"), InlineData(Real, "022", "0644"), InlineData(Real, "007", "0660")]
    public async Task Its_shared_memory_file_is_0666_less_the_umask(string kind, string umask, string mode)
    {
        await using var chmpx = await ChmpxUnderTest.CreateAsync(kind);
        chmpx.Write(chmpx.Ini(1));
        await chmpx.RunAsync(umask);
        Assert.Equal((UnixFileMode)Convert.ToInt32(mode, 8), File.GetUnixFileMode(chmpx.SharedMemoryFile));
    }

    [Theory, InlineData(StandIn), InlineData(Real)]
    public async Task What_a_kill_leaves_is_put_aside_at_each_start_and_HUP_leaves_nothing(string kind)
    {
        await using var chmpx = await RunningAsync(kind);
        for (var kill = 0; kill < 3; kill++)
        {
            await chmpx.SignalAsync("KILL");
            await chmpx.ExitCodeAsync();
            await chmpx.RunAsync();
        }
        var name = Path.GetFileName(chmpx.SharedMemoryFile);
        string[] left = [$"{name}.bup", $"{name}.bup.0", $"{name}.bup.1"];
        Assert.Equal([name, .. left], Files(chmpx, name));
        await chmpx.SignalAsync("HUP");
        await chmpx.ExitCodeAsync();
        Assert.Equal(left, Files(chmpx, name));
    }

    // The second of three servers admits the slave, and only then the others do as well.
    private static async Task<ChmpxUnderTest> PartialAsync(string kind)
    {
        var chmpx = await RunningAsync(kind, servers: 3);
        await chmpx.AdmitAsync(1);
        await chmpx.UntilAsync(view => view.Connected == 1, "the first that admits it is connected");
        await chmpx.StaysAsync(view => view.Connected == 1, "the others do not admit it");
        await chmpx.AdmitAsync(0);
        await chmpx.AdmitAsync(2);
        await chmpx.StaysAsync(view => view.Connected == 1 && view.Servers.Count == 3, "the others are not tried");
        chmpx.Replace(chmpx.Ini(2));
        await chmpx.UntilAsync(view => view.Revision == 2, "a new number is loaded");
        var view = await chmpx.StaysAsync(view => view.Connected == 1, "a new number does not help");
        Assert.True(view.Servers.Single(server => server.Cuk == chmpx.Servers[1]).IsConnected);
        return chmpx;
    }

    // Without threads for sockets one loop deals with callers and with the file, in the order in which they came.
    private static string OneThread(string ini) => ini.Replace("SOCKTHREADCNT = 2", "SOCKTHREADCNT = 0", StringComparison.Ordinal);

    // Held meanwhile, so that the caller is there first and the change second.
    private static async Task ReplaceWhileAskedAsync(ChmpxUnderTest chmpx, string ini)
    {
        await chmpx.SignalAsync("STOP");
        var question = chmpx.AskAsync("VERSION");
        await Task.Delay(500, Cancel);
        chmpx.Replace(ini);
        await chmpx.SignalAsync("CONT");
        await question;
    }

    private static async Task AdmitAllAsync(ChmpxUnderTest chmpx)
    {
        for (var server = 0; server < chmpx.Servers.Count; server++)
        {
            await chmpx.AdmitAsync(server);
        }
    }

    private static async Task<ChmpxUnderTest> RunningAsync(string kind, int servers = 0)
    {
        var chmpx = await ChmpxUnderTest.CreateAsync(kind, servers);
        chmpx.Write(chmpx.Ini(1));
        await chmpx.RunAsync();
        return chmpx;
    }

    private static async Task<int> LookUpsOfQuestionsAsync(ChmpxUnderTest chmpx)
    {
        await chmpx.AskAsync("VERSION");
        var before = chmpx.CountLookups();
        for (var question = 0; question < 3; question++)
        {
            await chmpx.AskAsync("VERSION");
        }
        return chmpx.CountLookups() - before;
    }

    private static string DateOf(string? dump) => dump!.Split('\n').Single(line => line.Contains("cfg_date", StringComparison.Ordinal));

    private static async Task LinkAsync(string from, string to)
    {
        using var link = Process.Start("/bin/ln", [from, to]);
        await link.WaitForExitAsync(Cancel);
    }

    private static IEnumerable<string> Files(ChmpxUnderTest chmpx, string name) =>
        Directory.GetFiles(chmpx.StateDirectory, $"{name}*").Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal);

    private static string Squeezed(string? dump) => string.Join('\n', dump!.Split('\n').Select(line => " " + string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))));

    private static TheoryData<string, string> Each(params string[] cases) => new(
        new[] { StandIn, Real }.SelectMany(kind => cases.Select(what => (kind, what))));

    private static string Corrupt(ChmpxUnderTest chmpx, int generation, string what) => Corrupt(chmpx, chmpx.Ini(generation), what);

    private static string Corrupt(ChmpxUnderTest chmpx, string ini, string what) => what switch
    {
        "empty" => "",
        "garbage" => "garbage\n",
        "no SVRNODE" => ini.Replace("[SVRNODE]", "[OTHER]", StringComparison.Ordinal),
        "no SLVNODE" => ini.Replace("[SLVNODE]", "[OTHER]", StringComparison.Ordinal),
        "MODE=SERVER" => ini.Replace("MODE = SLAVE", "MODE = SERVER", StringComparison.Ordinal),
        "BOM" => "\ufeff" + ini,
        "SSL without certificates" => ini.Replace("CUSTOM_ID_SEED = nowhere", "CUSTOM_ID_SEED = nowhere\nSSL = yes", StringComparison.Ordinal),
        "SSL with a key of another certificate" => WithForeignKey(chmpx, ini),
        "no FILEVERSION" => ini.Replace("FILEVERSION", "#FILEVERSION", StringComparison.Ordinal),
        "no GROUP" => ini.Replace("GROUP =", "#GROUP =", StringComparison.Ordinal),
        "no DELIVERMODE" => ini.Replace("DELIVERMODE", "#DELIVERMODE", StringComparison.Ordinal),
        "itself not listed" => ini.Replace("CUK = cuk-slave\nCUSTOM", "CUK = cuk-other\nCUSTOM", StringComparison.Ordinal),
        "a NAME that is not this host's" => ini.Replace("NAME = slave\n", "NAME = nobody.invalid\n", StringComparison.Ordinal),
        _ => throw new ArgumentException(what),
    };

    private static string WithForeignKey(ChmpxUnderTest chmpx, string ini)
    {
        using var authority = new TestCertificates();
        var (certificate, key) = authority.Client("slave");
        var pair = $"SSL = yes\nSERVER_CERT = {chmpx.Put("cert.pem", certificate)}\nSERVER_PRIKEY = {chmpx.Put("key.pem", key)}";
        return ini
            .Replace("CUSTOM_ID_SEED = nowhere", $"CUSTOM_ID_SEED = nowhere\n{pair}", StringComparison.Ordinal)
            .Replace("CUSTOM_ID_SEED = slave", $"CUSTOM_ID_SEED = slave\nSLAVE_CERT = {chmpx.Put("slave.pem", certificate)}\nSLAVE_PRIKEY = {chmpx.Put("foreign.pem", authority.Client("other").Key)}", StringComparison.Ordinal);
    }
}
