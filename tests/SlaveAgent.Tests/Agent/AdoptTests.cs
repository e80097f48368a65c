using System.Text.Json;
using SlaveAgent.Adoption;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Sandbox.Systemd;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Agent;

public sealed class AdoptTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Disabling_the_timer_by_hand_deletes_the_configuration_which_is_why_there_is_an_order()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        using var tooling = new FakeTooling(world);
        tooling.Install();
        await tooling.StartAsync();

        await tooling.SystemctlAsync("disable", FakeTooling.Timer);

        await world.UntilAsync(() => !File.Exists(world.IniPath), "the configuration is still there");
    }

    [Fact]
    public async Task Adopt_ends_the_shell_tooling_without_the_configuration_ever_being_away()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2);
        using var tooling = new FakeTooling(world);
        tooling.Install();
        await tooling.StartAsync();
        tooling.StartBackground();
        var before = FileStatus.Of(world.IniPath)!.Version;

        var (code, output) = await world.RunAsync("adopt");
        var (again, said) = await world.RunAsync("adopt");

        Assert.True(code == 0, output);
        Assert.True(again == 0, said);
        Assert.Equal(before, FileStatus.Of(world.IniPath)!.Version);
        await world.UntilAsync(() => !tooling.RunsInBackground, "the process in the background still runs");
        var timer = world.Units.StatusOf(FakeTooling.Timer);
        Assert.Equal((UnitState.Inactive, false), (timer.State, timer.IsEnabled));
        Assert.All(["k2hr3-role-name", "k2hr3-cuk", "k2hr3-api-uri"], name => Assert.True(File.Exists(world.Path($"/etc/antpickax/{name}"))));
        await world.WatchAsync();
    }

    [Fact]
    public async Task Who_the_host_is_by_options_alone_is_left_for_the_daemon()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        using var tooling = new FakeTooling(world);
        tooling.Install();
        Directory.EnumerateFiles(world.Path("/etc/antpickax"), "k2hr3-*").ToList().ForEach(File.Delete);

        var (code, output) = await world.Agent.RunAsync(["adopt", .. world.IdentityOptions], world.Token, Cancel);

        Assert.True(code == 0, output);
        await world.WatchAsync();
    }

    [Fact]
    public async Task Adopt_waits_for_a_run_of_the_tooling_that_is_half_through_writing()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2);
        using var tooling = new FakeTooling(world);
        tooling.Install();
        var whole = await File.ReadAllTextAsync(world.IniPath, Cancel);
        await File.WriteAllTextAsync(tooling.WantedPath, whole, Cancel);
        await tooling.StartAsync();
        await tooling.SystemctlAsync("start", "--no-block", FakeTooling.Service);
        await world.UntilAsync(() => File.Exists($"{tooling.WantedPath}.begun"), "the tooling does not run");

        var (code, output) = await world.RunAsync("adopt");

        Assert.True(code == 0, output);
        Assert.Equal(whole, await File.ReadAllTextAsync(world.IniPath, Cancel));
    }

    [Fact]
    public async Task Given_back_the_tooling_runs_as_before_and_finds_its_own_text_in_the_configuration()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 2);
        using var tooling = new FakeTooling(world);
        tooling.Install();
        await tooling.StartAsync();
        await world.RunAsync("adopt");
        await world.WatchAsync();
        await world.Agent.StopAsync();

        var (code, output) = await world.RunAsync("adopt", "--give-back");
        var (again, said) = await world.RunAsync("adopt", "--give-back");

        Assert.True(code == 0, output);
        var timer = world.Units.StatusOf(FakeTooling.Timer);
        Assert.Equal((UnitState.Active, true), (timer.State, timer.IsEnabled));
        Assert.Equal($"{await ResourceAsync(world)}\n", await File.ReadAllTextAsync(world.IniPath, Cancel));
        await world.ConnectedAsync();
        Assert.True(again == 1, said);
    }

    [Fact]
    public async Task Giving_back_beside_an_agent_that_runs_outside_of_its_unit_names_it_and_waits_for_it_to_be_ended()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        using var tooling = new FakeTooling(world);
        tooling.Install();
        await tooling.StartAsync();
        await world.RunAsync("adopt");
        await world.WatchAsync();

        var (code, output) = await world.RunAsync("adopt", "--give-back");

        Assert.Equal(75, code);
        Assert.Matches($@"\b{await world.DaemonPidAsync()}\b", output);
        Assert.Equal(UnitState.Inactive, world.Units.StatusOf(FakeTooling.Timer).State);
    }

    [Fact]
    public async Task A_host_without_the_shell_tooling_is_left_alone()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);

        var before = world.Host.Calls.Count(call => call.Tool == "systemctl" && call.Arguments[0] is not ("show" or "is-active" or "is-enabled"));
        var (code, output) = await world.RunAsync("adopt");

        Assert.True(code == 1, output);
        Assert.Equal(before, world.Host.Calls.Count(call => call.Tool == "systemctl" && call.Arguments[0] is not ("show" or "is-active" or "is-enabled")));
    }

    [Fact]
    public async Task Bootstrap_beside_running_shell_tooling_says_that_two_write_the_configuration()
    {
        await using var world = await AgentWorld.CreateAsync(servers: 1);
        using var tooling = new FakeTooling(world);
        tooling.Install();
        await tooling.SystemctlAsync("start", FakeTooling.Timer);

        var (_, output) = await world.TryBootstrapAsync();

        Assert.Contains($"({Reasons.OtherToolRuns})", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_adopt_that_fails_puts_back_what_it_stopped()
    {
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        using var tooling = new FakeTooling(world);
        tooling.Install();
        await tooling.StartAsync();
        var before = await File.ReadAllTextAsync(world.IniPath, Cancel);

        // A unit of the agent's that systemd does not start.
        HostSetup.Write(world.Layout, "usr/lib/systemd/system/k2hdkc-slave-agent.service", "[Service]\nType=oneshot\nExecStart=/nowhere/at-all\n[Install]\nWantedBy=multi-user.target\n");
        var (code, output) = await world.RunAsync("adopt");

        Assert.True(code == 75, output);
        var timer = world.Units.StatusOf(FakeTooling.Timer);
        Assert.Equal((UnitState.Active, true), (timer.State, timer.IsEnabled));
        Assert.False(world.Units.StatusOf("k2hdkc-slave-agent.service").IsEnabled);
        Assert.Equal(before, await File.ReadAllTextAsync(world.IniPath, Cancel));
        Assert.False(File.Exists(world.Paths.AdoptedTooling));
        Assert.False(File.Exists(world.Paths.AdoptedConfiguration));
    }

    [Fact]
    public async Task A_process_of_another_user_that_is_called_like_the_helper_does_not_count()
    {
        Assert.SkipUnless(Posix.EffectiveUser() == 0, "only root may start a process as another user");
        await using var world = await AgentWorld.BootstrappedAsync(servers: 1);
        using var tooling = new FakeTooling(world);
        tooling.Install();
        await tooling.StartAsync();
        using var other = System.Diagnostics.Process.Start("setpriv", ["--reuid=65534", "--clear-groups", "bash", "-c", $"exec -a '{world.Path("/usr/libexec/k2hr3-get-resource-helper")}' sleep 600"]);
        try
        {
            var (code, output) = await world.RunAsync("adopt");
            Assert.True(code == 0, output);
            Assert.False(other.HasExited);
        }
        finally
        {
            other.Kill();
        }
    }

    [Theory]
    [InlineData("/usr/libexec/k2hr3-get-resource-helper", true)]
    [InlineData("/bin/sh /usr/libexec/k2hr3-get-resource-helper -daemon", true)]
    [InlineData("/tmp/k2hr3-get-resource-helper", false)]
    [InlineData("/bin/sh /home/u/usr/k2hr3-get-resource-helper", false)]
    [InlineData("vi /usr/libexec/k2hr3-get-resource-helper", false)]
    public void The_helper_is_known_by_where_it_lies(string words, bool isHelper) => Assert.Equal(isHelper, new HelperProcesses(new HostRoot("/")).IsHelper(words.Split(' ')));

    [Theory]
    [InlineData("Name:\tsh\nUid:\t65534\t0\t0\t0\n", 65534u)]
    [InlineData("Name:\tsh\nUid:\t0\t0\t0\t0\n", 0u)]
    [InlineData("", null)]
    public void A_process_is_that_of_the_user_who_started_it(string status, uint? user) => Assert.Equal(user, HelperProcesses.OwnerIn(status));

    private static async Task<string> ResourceAsync(AgentWorld world)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("x-auth-token", $"R={world.Token}");
        var uri = new Uri(world.K2hr3.Uri, $"/v1/resource/{world.Names.SlaveRole.ToString().Replace(":role:", ":resource:", StringComparison.Ordinal)}");
        using var answer = JsonDocument.Parse(await http.GetStringAsync(uri, Cancel));
        return answer.RootElement.GetProperty("resource").GetString()!.Replace("__SELF_INSTANCE_ID__", world.Cuk, StringComparison.Ordinal);
    }
}
