using SlaveAgent.Sandbox.Chmpx;

namespace SlaveAgent.Tests.Sandbox;

/// <summary>The rules of Chmpx/README.md, each held by the stand-in. Where the facts name a number, the test names it too.</summary>
public sealed class StandInChmpxTests
{
    [Fact]
    public async Task A_rename_over_the_file_is_always_noticed_and_a_burst_settles_on_the_last()
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
    public async Task A_hard_link_to_the_old_file_blinds_it_until_the_link_goes()
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
    public async Task The_old_file_held_open_blinds_it_until_it_is_closed()
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
    public async Task Removed_and_there_again_at_once_is_noticed()
    {
        await using var chmpx = await RunningAsync();
        await File.WriteAllTextAsync(chmpx.File + ".new", chmpx.Ini(2), TestContext.Current.CancellationToken);
        File.Delete(chmpx.File);
        File.Move(chmpx.File + ".new", chmpx.File);
        await chmpx.WaitForGenerationAsync(2);
    }

    [Fact]
    public async Task Removed_for_longer_than_half_a_second_blinds_it_for_good()
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
    public async Task A_bad_file_ends_it_with_code_0_and_is_no_way_to_start(string what)
    {
        await using var chmpx = await RunningAsync();
        chmpx.Replace(Spoil(chmpx.Ini(2), what));
        Assert.Equal(0, await chmpx.ExitCodeAsync());

        chmpx.Start();
        Assert.Equal(1, await chmpx.ExitCodeAsync());
    }

    [Fact]
    public async Task A_file_truncated_in_place_ends_it()
    {
        await using var chmpx = await RunningAsync();
        await using (var file = File.Open(chmpx.File, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite))
        {
            Assert.Equal(0, await chmpx.ExitCodeAsync());
        }
    }

    [Fact]
    public async Task It_does_not_start_when_it_is_not_listed_itself_but_takes_such_a_reload()
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
    public async Task A_file_cut_off_in_the_last_section_and_a_name_that_does_not_resolve_are_accepted()
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
    public async Task A_server_that_was_taken_out_and_is_down_goes_with_the_next_generation()
    {
        const string second = "[SVRNODE]\nNAME = gone\nPORT = 1\nCTLPORT = 2\nCUK = cuk-gone\nCUSTOM_ID_SEED = gone\nENDPOINTS = 127.0.0.1:1\n";
        await using var chmpx = new StandInChmpx();
        chmpx.Write(chmpx.Ini(1, second));
        chmpx.Start();
        await chmpx.WaitForAsync(view => view.Servers.Count == 2);
        chmpx.Replace(chmpx.Ini(2));
        var view = await chmpx.WaitForAsync(view => view.Revision == 2);
        Assert.Equal("cuk-nowhere", Assert.Single(view.Servers).Cuk);
    }

    [Fact]
    public async Task HUP_ends_it_cleanly_while_TERM_and_QUIT_do_nothing()
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
    public async Task The_control_port_answers_one_command_in_any_case_of_letters(string command, string answer)
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

    // Its watch answers within 50 ms (Chmpx/README.md, "Reload"), and this question takes a second since it has no server.
    private static async Task StaysAtAsync(StandInChmpx chmpx, int generation)
    {
        var view = await ControlPortClient.ViewAsync(chmpx.ControlPort, TestContext.Current.CancellationToken);
        Assert.Equal(generation, view!.Revision);
    }

    private static string Spoil(string ini, string what) => what switch
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
