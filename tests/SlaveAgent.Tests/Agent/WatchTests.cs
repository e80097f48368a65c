using SlaveAgent.Reconciling;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Sandbox.Systemd;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Agent;

public sealed class WatchTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Servers_that_join_and_leave_are_followed_by_the_ring_alone()
    {
        // An hour between polls: whatever is noticed here was noticed on the control port.
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1h\n");
        await world.WatchAsync();

        await world.Cluster.AddAsync(1);
        await world.ConnectedAsync();
        await world.Cluster.RemoveAsync(world.Cluster.Servers[0]);
        await world.ConnectedAsync();

        Assert.Equal(2, world.File.Servers.Count);
    }

    [Fact]
    public async Task A_host_that_vanished_from_its_role_registers_again()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1s\n");
        await world.WatchAsync();

        Assert.True(world.K2hr3.RemoveHost(world.Names.SlaveRole, world.Cuk));

        await world.UntilAsync(() => world.K2hr3.Hosts(world.Names.SlaveRole).Any(host => host.Cuk == world.Cuk), "the host is not registered again");
        await world.ConnectedAsync();
    }

    /// <summary>As today's Trove makes it: nothing is installed before it is known to be a slave's.</summary>
    [Fact]
    public async Task A_role_that_becomes_a_slaves_later_has_its_packages_and_services_at_once()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1, "watch:\n  k2hr3_interval: 1s\nevidence:\n  duration: 10m\n");
        world.K2hr3.SetResource(world.Names.SlaveResource, string.Empty, new Dictionary<string, string>
        {
            ["chmpx-mode"] = "SLAVE",
            ["k2hr3-init-packages"] = string.Empty,
            ["k2hr3-init-packagecloud-packages"] = string.Empty,
            ["k2hr3-init-systemd-packages"] = string.Empty,
        });
        var isEmpty = true;
        world.K2hr3.OnAnswer = (request, answer) => isEmpty && request is { Method: "GET", Kind: RequestKind.Resource }
            ? Answer.Json(200, new { result = true, message = (string?)null, resource = string.Empty })
            : answer;
        await world.TryBootstrapAsync("--timeout", "1s");
        world.Agent.Start();
        await world.UntilAsync(() => world.Status is { IsUnconfirmed: true } && world.Has(ConditionTypes.ConfigurationCurrent, Reasons.NotASlave), "the daemon does not find the resource empty");
        Assert.Empty(world.Host.Installed);

        isEmpty = false;
        await world.UntilAsync(() => world.Host.Installed.Contains("chmpx"), "chmpx is not installed");
        await world.ConnectedAsync();
    }

    [Fact]
    public async Task An_empty_or_half_empty_answer_takes_no_server_away_until_more_of_them_say_the_same()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 4, "watch:\n  k2hr3_interval: 1s\n");
        await world.WatchAsync();
        var all = world.File.Servers;
        var lies = 0;

        // Once the template comes out with three of the four servers missing.
        world.K2hr3.OnAnswer = (request, answer) =>
            request is { Method: "GET", Kind: RequestKind.Resource } && answer.Status is 200 or 304 && Interlocked.Increment(ref lies) == 1
                ? Answer.Json(200, new { result = true, message = (string?)null, resource = WithOneServer(File.ReadAllText(world.IniPath)) })
                : answer;

        await world.UntilAsync(() => lies > 2 && world.HasLogged(Reasons.LargeShrink), "the short list is not questioned");
        Assert.True(all.SetEquals(world.File.Servers));

        world.K2hr3.OnAnswer = (request, answer) =>
            request is { Method: "GET", Kind: RequestKind.Resource } ? Answer.Json(200, new { result = true, message = (string?)null, resource = string.Empty }) : answer;
        await world.UntilAsync(() => world.Has(ConditionTypes.ConfigurationCurrent, Reasons.SuddenlyNotASlave), "the empty answer is not refused");
        Assert.True(all.SetEquals(world.File.Servers));
    }

    [Fact]
    public async Task A_reboot_without_K2HR3_comes_back_connected_with_the_last_good_file_even_when_that_is_lost()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2);
        await world.Units.StopAsync("chmpx.service");
        await world.K2hr3.SetOutageAsync(new Outage(OutageMode.Stopped), Cancel);
        Directory.Delete(world.Path("/run"), recursive: true);
        File.Delete(world.IniPath);

        world.Agent.Start();

        await world.ConnectedAsync();
    }

    [Fact]
    public async Task A_store_in_trouble_that_looks_like_a_wrong_token_is_survived()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1s\n");
        await world.WatchAsync();
        foreach (var mode in new[] { OutageMode.StorePaused, OutageMode.StoreGone, OutageMode.MidRequest })
        {
            var before = world.K2hr3.Counts.Total;
            await world.K2hr3.SetOutageAsync(new Outage(mode), Cancel);
            await world.UntilAsync(() => world.K2hr3.Counts.Total >= before + 2, "the agent asks no more");
            await world.K2hr3.SetOutageAsync(Outage.None, Cancel);
        }

        await world.Cluster.AddAsync(1);
        await world.ConnectedAsync();

        Assert.DoesNotContain(world.Token, world.Agent.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("[GLOBAL]\nGROUP = other\n")]
    public async Task A_file_that_is_lost_or_corrupt_while_K2HR3_is_down_is_restored_from_the_last_answer(string? content)
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1s\nretry:\n  first: 1h\n  cap: 1h\n");
        await world.WatchAsync();
        var generation = world.File.Generation;
        await world.K2hr3.SetOutageAsync(new Outage(OutageMode.Stopped), Cancel);
        await world.UntilAsync(() => world.Status is { Control: { State: ControlStates.Stale, Reason: Reasons.K2hr3Unreachable } }, "K2HR3 is not missed");

        if (content is null)
        {
            File.Delete(world.IniPath);
        }
        else
        {
            await File.WriteAllTextAsync(world.IniPath, content, Cancel);
        }

        await world.UntilAsync(() => world.HasFile && world.File.Generation > generation, "the file is not restored");
        await world.ConnectedAsync();
    }

    [Fact]
    public async Task What_somebody_writes_into_the_file_is_repaired()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2);
        await world.WatchAsync();
        var generation = world.File.Generation;

        await File.WriteAllTextAsync(world.IniPath, "[GLOBAL]\n", Cancel);

        await world.UntilAsync(() => world.HasFile && world.File.Generation > generation, "the file is not restored");
        await world.ConnectedAsync();
    }

    [Fact]
    public async Task A_file_that_chmpx_would_exit_on_is_refused_with_line_and_rule_and_the_last_good_one_stays()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "watch:\n  k2hr3_interval: 1s\n");
        await world.WatchAsync();
        var before = await File.ReadAllTextAsync(world.IniPath, Cancel);

        world.K2hr3.OnAnswer = (request, answer) =>
            request is { Method: "GET", Kind: RequestKind.Resource } && answer.Status is 200 or 304
                ? Answer.Json(200, new { result = true, message = (string?)null, resource = before.Replace("DELIVERMODE         = hash", "DELIVERMODE = hush", StringComparison.Ordinal) })
                : answer;

        await world.UntilAsync(() => world.Has(ConditionTypes.ConfigurationCurrent, Reasons.ConfigurationRefused), "no refusal");

        // The line, the key and its value, which are K2HR3's.
        var line = before.Split('\n').Index().First(line => line.Item.StartsWith("DELIVERMODE", StringComparison.Ordinal)).Index + 1;
        Assert.All([$"line {line}", "DELIVERMODE", "hush"], data => Assert.Contains(data, world.Status!.Find(ConditionTypes.ConfigurationCurrent)!.Message, StringComparison.Ordinal));
        Assert.Equal(before, await File.ReadAllTextAsync(world.IniPath, Cancel));
        Assert.DoesNotContain(world.Units.Events, unit => unit.What.StartsWith("exited", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_backup_made_with_a_hard_link_does_not_blind_chmpx_since_the_files_are_exchanged()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2);
        await world.WatchAsync();
        HardLink(world.IniPath, world.IniPath + ".backup");

        await world.Cluster.AddAsync(1);

        await world.ConnectedAsync();
        Assert.DoesNotContain(world.Units.Events, unit => unit is { Unit: "chmpx.service", What: "stopped" });
    }

    [Fact]
    public async Task A_configuration_path_that_became_a_link_is_not_followed()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2);
        var precious = world.Path("/etc/precious");
        await File.WriteAllTextAsync(precious, "do not touch", Cancel);
        File.Delete(world.IniPath);
        File.CreateSymbolicLink(world.IniPath, precious);

        var (code, output) = await world.RunAsync("regenerate");

        Assert.Equal(1, code);
        Assert.Contains(System.IO.Path.GetFileName(world.IniPath), output, StringComparison.Ordinal);
        Assert.Equal("do not touch", await File.ReadAllTextAsync(precious, Cancel));
    }

    [Fact]
    public async Task A_stopped_chmpx_is_started_again()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2, "chmpx:\n  load_deadline: 1s\n");
        await world.WatchAsync();

        await world.Units.StopAsync("chmpx.service");

        await world.UntilAsync(() => world.Units.StatusOf("chmpx.service").State == UnitState.Active, "chmpx stays stopped");
        await world.ConnectedAsync();
    }

    private static string WithOneServer(string ini)
    {
        var parts = ini.Split("[SVRNODE]");
        return parts[0] + "[SVRNODE]" + parts[1] + "[SLVNODE]" + ini.Split("[SLVNODE]", 2)[1];
    }

    private static void HardLink(string existing, string link)
    {
        using var ln = System.Diagnostics.Process.Start("ln", [existing, link]);
        ln.WaitForExit();
        Assert.Equal(0, ln.ExitCode);
    }
}
