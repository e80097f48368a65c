using SlaveAgent.Sandbox.Chmpx;

namespace SlaveAgent.Tests.Sandbox;

/// <summary>The behaviour of the real chmpx, as reproduced by the stand-in. Where a number was measured, the test states it too.</summary>
public sealed class StandInChmpxTests
{
    [Fact]
    public async Task A_rename_over_the_file_is_always_noticed_and_after_a_burst_the_last_one_is_loaded()
    {
        await using var chmpx = await RunningAsync();
        for (var generation = 2; generation <= 21; generation++)
        {
            chmpx.Replace(chmpx.Ini(generation));
        }
        await chmpx.WaitForGenerationAsync(21);
        chmpx.Replace(chmpx.Ini(22));
        await chmpx.WaitForGenerationAsync(22);
    }

    [Fact]
    public async Task A_hard_link_to_the_old_file_hides_changes_until_the_link_is_removed()
    {
        await using var chmpx = await RunningAsync();
        var link = chmpx.File + ".bak";
        using (var make = System.Diagnostics.Process.Start("/bin/ln", [chmpx.File, link]))
        {
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        chmpx.Replace(chmpx.Ini(2));
        await StaysAtAsync(chmpx, 1);
        File.Delete(link);
        await chmpx.WaitForGenerationAsync(2);
    }

    [Fact]
    public async Task An_open_handle_of_the_old_file_hides_changes_until_it_is_closed()
    {
        await using var chmpx = await RunningAsync();
        await using (File.Open(chmpx.File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
        {
            chmpx.Replace(chmpx.Ini(2));
            await StaysAtAsync(chmpx, 1);
        }
        await chmpx.WaitForGenerationAsync(2);
    }

    [Fact]
    public async Task A_swapped_symbolic_link_is_not_noticed()
    {
        await using var chmpx = new StandInChmpx();
        await File.WriteAllTextAsync(chmpx.File + ".1", chmpx.Ini(1), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(chmpx.File + ".2", chmpx.Ini(2), TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(chmpx.File, chmpx.File + ".1");
        chmpx.Start();
        await chmpx.WaitForGenerationAsync(1);
        File.CreateSymbolicLink(chmpx.File + ".new", chmpx.File + ".2");
        File.Move(chmpx.File + ".new", chmpx.File, overwrite: true);
        await StaysAtAsync(chmpx, 1);
    }

    [Fact]
    public async Task A_file_removed_and_recreated_immediately_is_noticed()
    {
        await using var chmpx = await RunningAsync();
        await File.WriteAllTextAsync(chmpx.File + ".new", chmpx.Ini(2), TestContext.Current.CancellationToken);
        File.Delete(chmpx.File);
        File.Move(chmpx.File + ".new", chmpx.File);
        await chmpx.WaitForGenerationAsync(2);
    }

    [Fact]
    public async Task A_file_removed_for_more_than_half_a_second_is_never_watched_again()
    {
        await using var chmpx = await RunningAsync();
        File.Delete(chmpx.File);
        await chmpx.WaitForOutputAsync("is not watched any more");
        chmpx.Write(chmpx.Ini(2));
        chmpx.Replace(chmpx.Ini(3));
        await StaysAtAsync(chmpx, 1);
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage\n")]
    [InlineData("no SVRNODE")]
    [InlineData("no SLVNODE")]
    [InlineData("MODE=SERVER")]
    [InlineData("BOM")]
    [InlineData("SSL without certificates")]
    [InlineData("no FILEVERSION")]
    [InlineData("no GROUP")]
    [InlineData("no DELIVERMODE")]
    public async Task An_invalid_file_makes_it_exit_with_code_0_and_prevents_a_start(string what)
    {
        await using var chmpx = await RunningAsync();
        chmpx.Replace(Corrupt(chmpx.Ini(2), what));
        Assert.Equal(0, await chmpx.ExitCodeAsync());

        chmpx.Start();
        Assert.Equal(1, await chmpx.ExitCodeAsync());
    }

    [Fact]
    public async Task A_file_truncated_in_place_makes_it_exit()
    {
        await using var chmpx = await RunningAsync();
        await using (var file = File.Open(chmpx.File, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite))
        {
            Assert.Equal(0, await chmpx.ExitCodeAsync());
        }
    }

    [Fact]
    public async Task It_does_not_start_without_an_entry_of_its_own_but_accepts_such_a_reload()
    {
        await using var chmpx = await RunningAsync();
        chmpx.Replace(chmpx.Ini(2, cuk: "somebody-else"));
        await chmpx.WaitForGenerationAsync(2);
        await chmpx.SignalAsync("HUP");
        await chmpx.ExitCodeAsync();

        chmpx.Start();
        Assert.Equal(1, await chmpx.ExitCodeAsync());
    }

    [Fact]
    public async Task A_file_truncated_in_the_last_section_and_a_name_that_does_not_resolve_are_accepted()
    {
        await using var chmpx = await RunningAsync();
        var whole = chmpx.Ini(2).Replace("ENDPOINTS = 127.0.0.1:1\n", "", StringComparison.Ordinal);
        chmpx.Replace(whole[..whole.LastIndexOf("_SEED", StringComparison.Ordinal)]);
        await chmpx.WaitForGenerationAsync(2);
    }

    [Fact]
    public async Task Only_a_new_FILEVERSION_or_content_is_a_change_not_DATE_nor_SELFCUK()
    {
        await using var chmpx = await RunningAsync();
        chmpx.Replace(chmpx.Ini(1).Replace("2020", "2021", StringComparison.Ordinal).Replace("SELFCUK = cuk-a", "SELFCUK = other", StringComparison.Ordinal));
        await chmpx.WaitForOutputAsync("not changed");
        chmpx.Replace(chmpx.Ini(2));
        await chmpx.WaitForGenerationAsync(2);
    }

    [Fact]
    public async Task A_new_GROUP_needs_a_restart_and_the_revision_stays()
    {
        await using var chmpx = await RunningAsync();
        chmpx.Replace(chmpx.Ini(2, group: "another"));
        await chmpx.WaitForOutputAsync("without a restart");
        await StaysAtAsync(chmpx, 1);
    }

    [Fact]
    public async Task A_server_that_was_removed_and_is_down_disappears_with_the_next_generation()
    {
        const string Second = "[SVRNODE]\nNAME = gone\nPORT = 1\nCTLPORT = 2\nCUK = cuk-gone\nCUSTOM_ID_SEED = gone\nENDPOINTS = 127.0.0.1:1\n";
        await using var chmpx = new StandInChmpx();
        chmpx.Write(chmpx.Ini(1, Second));
        chmpx.Start();
        await chmpx.WaitForAsync(view => view.Servers.Count == 2);
        chmpx.Replace(chmpx.Ini(2));
        await chmpx.WaitForGenerationAsync(2);
        var view = await chmpx.WaitForAsync(view => view.Revision == 2);
        Assert.Equal("cuk-nowhere", Assert.Single(view.Servers).Cuk);
    }

    [Fact]
    public async Task HUP_stops_it_cleanly_while_TERM_and_QUIT_do_nothing()
    {
        await using var chmpx = await RunningAsync();
        await chmpx.SignalAsync("TERM");
        await chmpx.SignalAsync("QUIT");
        chmpx.Replace(chmpx.Ini(2));
        await chmpx.WaitForGenerationAsync(2);
        await chmpx.SignalAsync("HUP");
        Assert.Equal(0, await chmpx.ExitCodeAsync());
    }

    [Theory]
    [InlineData("UPDATESTATUS", "ERROR: The command can not be executed on the slave node.\n")]
    [InlineData("serviceIN", "ERROR: The command can not be executed on the slave node.\n")]
    [InlineData("SUSPENDMERGE", "ERROR: The command can not be executed on the slave node.\n")]
    [InlineData("version", "Version 1.0.113 (commit: c569e0e) with OpenSSL\n")]
    [InlineData("WHAT now", "Unknown command(WHAT)\n")]
    public async Task The_control_port_answers_one_command_in_upper_or_lower_case(string command, string answer)
    {
        await using var chmpx = await RunningAsync();
        Assert.Equal(answer, await ControlPortClient.AskAsync(chmpx.ControlPort, command, TestContext.Current.CancellationToken));
    }

    private static async Task<StandInChmpx> RunningAsync()
    {
        var chmpx = new StandInChmpx();
        chmpx.Write(chmpx.Ini(1));
        chmpx.Start();
        await chmpx.WaitForGenerationAsync(1);
        return chmpx;
    }

    // Its watch reads the file within 50 ms, and this request takes a second because no server is connected.
    private static async Task StaysAtAsync(StandInChmpx chmpx, int generation)
    {
        var view = await ControlPortClient.ViewAsync(chmpx.ControlPort, TestContext.Current.CancellationToken);
        Assert.Equal(generation, view!.Revision);
    }

    private static string Corrupt(string ini, string what) => what switch
    {
        "no SVRNODE" => ini.Replace("[SVRNODE]", "[SVRNODE] #", StringComparison.Ordinal),
        "no SLVNODE" => ini[..ini.IndexOf("[SLVNODE]", StringComparison.Ordinal)],
        "MODE=SERVER" => ini.Replace("MODE = SLAVE", "MODE = SERVER", StringComparison.Ordinal),
        "BOM" => "\ufeff" + ini,
        "SSL without certificates" => ini.Replace("CUSTOM_ID_SEED = nowhere", "CUSTOM_ID_SEED = nowhere\nSSL = yes", StringComparison.Ordinal),
        "no FILEVERSION" => ini.Replace("FILEVERSION", "#FILEVERSION", StringComparison.Ordinal),
        "no GROUP" => ini.Replace("GROUP =", "#GROUP =", StringComparison.Ordinal),
        "no DELIVERMODE" => ini.Replace("DELIVERMODE", "#DELIVERMODE", StringComparison.Ordinal),
        _ => what,
    };
}
