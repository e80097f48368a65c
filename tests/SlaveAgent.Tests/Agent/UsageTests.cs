using System.Text.RegularExpressions;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Agent;

public sealed class UsageTests
{
    [Theory]
    [InlineData("conf: [", "20-test.yaml")]
    [InlineData("watch:\n  k2hr3_intervall: 5s\n", "watch.k2hr3_interval")]
    [InlineData("watch:\n  k2hr3_interval: soon\n", "watch.k2hr3_interval")]
    [InlineData("packages:\n  antpickax:\n    uri: ftp://host\n", "packages.antpickax.uri")]
    [InlineData("configuration:\n  path: relative.ini\n", "relative.ini")]
    [InlineData("k2hr3:\n  ca_file: /nowhere.pem\n", "/nowhere.pem")]
    public async Task Bad_settings_are_named_in_one_line_and_end_with_2(string settings, string name)
    {
        await using var world = await AgentWorld.CreateAsync(servers: 0, settings);

        var (code, output) = await world.TryBootstrapAsync();

        Assert.Equal(2, code);
        Assert.Matches($@"{Regex.Escape(name)}\b", output);
        Assert.Single(output.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_bad_role_is_named_in_one_line_and_ends_with_2()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 0);

        var (code, output) = await world.RunAsync("bootstrap", "--role", "yrn:yahoo:::t:resource:c", "--api-uri", "http://127.0.0.1:1");

        Assert.Equal(2, code);
        Assert.Contains("yrn:yahoo:::t:resource:c", output, StringComparison.Ordinal);
        Assert.Single(output.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("bootstrap", "--no-such-option")]
    [InlineData("no-such-verb")]
    [InlineData("bootstrap", "--timeout", "soon")]
    [InlineData("rollback", "0")]
    [InlineData("rollback", "seven")]
    [InlineData("regenerate")]
    public async Task Wrong_usage_and_a_missing_identity_end_with_2(params string[] arguments)
    {
        await using var world = await AgentWorld.CreateAsync(servers: 0);

        var (code, output) = await world.RunAsync(arguments);

        Assert.Equal(2, code);
        Assert.Single(output.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("statu", "status")]
    [InlineData("reboot", "reboot")]
    public async Task An_unknown_command_is_named_with_the_near_one(string given, string named)
    {
        await using var world = await AgentWorld.CreateAsync(servers: 0);

        var (code, output) = await world.RunAsync(given);

        Assert.Equal(2, code);
        Assert.Contains($"\"{given}\"", output, StringComparison.Ordinal);
        Assert.Contains(named, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_file_that_was_removed_is_named_where_no_other_token_is_known()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 0, "k2hr3:\n  token_file: /etc/gone\n");

        var (code, output) = await world.RunAsync("bootstrap", "--role", $"{world.Names.SlaveRole}", "--api-uri", "http://127.0.0.1:1", "--timeout", "1s");

        Assert.Equal(2, code);
        Assert.Contains(Path.Combine(world.Layout.Root, "etc/gone"), output, StringComparison.Ordinal);
        Assert.Single(output.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("/nowhere/token")]
    [InlineData("/dev/null")]
    public async Task A_token_option_that_brings_no_token_is_named(string file)
    {
        await using var world = await AgentWorld.CreateAsync(servers: 0);

        var (code, output) = await world.RunAsync("bootstrap", "--role", $"{world.Names.SlaveRole}", "--api-uri", "http://127.0.0.1:1", "--token-file", file);

        Assert.Equal(2, code);
        Assert.Contains(file, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_without_a_daemon_tells_the_file_and_each_server()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2);

        var (code, output) = await world.RunAsync("status");
        var (_, json) = await world.RunAsync("status", "--json");

        Assert.True(code == 0, output);
        var status = StatusJson.TryRead(json)!;
        Assert.Equal((ConnectionStates.Connected, ControlStates.Stale, "NoAgent", 0), (status.Connection.State, status.Control.State, status.Control.Reason, status.Pid));
        Assert.Equal((2, 2, 2), (status.Servers.Listed, status.Servers.Up, status.Servers.Connected));
        Assert.Equal(world.File.Servers.Order(), status.Servers.List.Select(server => server.Cuk).Order());
    }

    [Fact]
    public async Task Regenerate_dry_run_shows_a_unified_difference_and_writes_nothing()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2);
        var before = await File.ReadAllTextAsync(world.IniPath, TestContext.Current.CancellationToken);
        await world.Cluster.AddAsync(1);
        var joined = world.Cluster.Servers[^1];

        var (code, output) = await world.RunAsync("regenerate", "--dry-run");

        Assert.True(code == 0, output);
        Assert.Contains("@@", output, StringComparison.Ordinal);
        Assert.Contains($"+CUK                 = {joined.Cuk}", output, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(world.IniPath, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Regenerate_writes_what_changed_and_only_then()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2);
        var (_, unchanged) = await world.RunAsync("regenerate");
        var before = world.File.Generation;
        await world.Cluster.AddAsync(1);

        var (code, output) = await world.RunAsync("regenerate");

        Assert.DoesNotContain("@@", unchanged, StringComparison.Ordinal);
        Assert.True(code == 0, output);
        Assert.Equal(before + 1, world.File.Generation);
        await world.ConnectedAsync();
    }
}
