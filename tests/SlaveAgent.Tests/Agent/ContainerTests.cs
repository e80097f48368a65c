using SlaveAgent.Composition;
using SlaveAgent.Reconciling;
using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Settings;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Agent;

/// <summary>A slave without systemd, by packaging/CONTAINER.md as it stands there.</summary>
public sealed class ContainerTests
{
    private const string TokenFile = "run/secrets/k2hdkc-slave/role-token";

    private static readonly ContainerPage Page = ContainerPage.Read();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_followed_literally_connects_a_pod_which_then_follows_the_cluster_and_calls_nothing_of_systemds()
    {
        await using var world = await WorldAsync(Page.Settings);
        await using var pod = await Pod.StartAsync(world);
        await FollowAsync(pod, world);
        await pod.UntilAsync(status => status.Conditions.All(condition => condition.Status != ConditionStatus.Unknown) && status.IsReady, "the pod is not connected");
        await world.ConnectedAsync();
        Assert.Equal("/etc/antpickax/k2hdkc.ini\n", await File.ReadAllTextAsync(world.Path("/var/lib/program"), Cancel));
        var registered = Assert.Single(world.K2hr3.Hosts(world.Names.SlaveRole));
        Assert.Equal((world.Cuk, "127.0.0.1"), (registered.Cuk, registered.Tag));

        // What was found is in the status and, once, in the log. That chmpx runs is observed up to a second after the connection.
        await pod.UntilAsync(status => status.Find(ConditionTypes.ServicesRunning)!.Reason != Reasons.ChmpxNotRunning, "chmpx is not seen to run");
        var status = (await pod.StatusAsync())!;
        Assert.All(
            [ConditionTypes.PackagesInstalled, ConditionTypes.ServicesRunning, ConditionTypes.ReadyReached],
            type => Assert.Equal(Reasons.NoServiceManager, status.Find(type)!.Reason));
        Assert.Equal(ExitCode.Done, (await pod.RunAsync("k2hdkc-slave-agent status")).ExitCode);
        Assert.Equal(ExitCode.Done, (await pod.RunAsync(Page.Readiness)).ExitCode);
        Assert.Equal(ExitCode.Done, (await pod.RunAsync(Page.Liveness)).ExitCode);

        await world.Cluster.AddAsync(1);
        await world.ConnectedAsync();
        Assert.Equal(3, world.File.Servers.Count);

        // The other commands leave systemd alone, too.
        await pod.RunAsync("k2hdkc-slave-agent doctor");
        Assert.Equal(ExitCode.Done, (await pod.RunAsync("k2hdkc-slave-agent collect /var/lib/bundle.tar.gz")).ExitCode);
        Assert.Equal(ExitCode.Usage, (await pod.RunAsync("k2hdkc-slave-agent bootstrap --hand-over")).ExitCode);
        Assert.Equal(ExitCode.Done, (await pod.RunAsync("kill -TERM $AGENT; wait $AGENT")).ExitCode);
        Assert.Equal(ExitCode.Failed, (await pod.RunAsync(Page.Liveness)).ExitCode);
        Assert.Equal(3, (await world.ViewAsync())?.Connected);
        Assert.Equal(string.Empty, pod.Calls);
        Assert.False(Directory.Exists(world.Path("/etc/systemd")), "a drop-in was written");
        Assert.False(File.Exists(world.Paths.EnvironmentFile));
    }

    [Fact]
    public async Task The_end_of_chmpx_is_reported_only_and_its_return_is_followed_while_probes_tell_ready_from_alive()
    {
        await using var world = await WorldAsync(Page.Settings);
        await using var pod = await Pod.StartAsync(world);
        await FollowAsync(pod, world);
        await pod.UntilAsync(status => status.IsReady, "the pod is not connected");

        await world.K2hr3.SetOutageAsync(new Outage(OutageMode.Stopped), Cancel);
        await pod.RunAsync("kill -HUP $CHMPX; wait $CHMPX");
        await pod.UntilAsync(status => status.Find(ConditionTypes.ServicesRunning)!.Reason == Reasons.ChmpxNotRunning, "the end of chmpx is not reported");
        Assert.Equal(ExitCode.TryAgainLater, (await pod.RunAsync(Page.Readiness)).ExitCode);
        Assert.Equal(ExitCode.NotConnected, (await pod.RunAsync("k2hdkc-slave-agent status")).ExitCode);

        // Neither chmpx nor K2HR3 is a reason to restart the container.
        Assert.Equal(ExitCode.Done, (await pod.RunAsync(Page.Liveness)).ExitCode);
        Assert.Null(await world.ViewAsync());

        pod.Send("chmpx -conf /etc/antpickax/k2hdkc.ini &");
        await pod.UntilAsync(status => status.IsReady && status.Find(ConditionTypes.ServicesRunning)!.Reason == Reasons.NoServiceManager, "the return of chmpx is not followed");
        Assert.Equal(1, (await pod.StatusAsync())!.ChmpxRestarts?.ByOthers);
        Assert.Equal(ExitCode.Done, (await pod.RunAsync(Page.Readiness)).ExitCode);

        // A loop that stands still is dead, whatever its process is.
        await pod.RunAsync("kill -STOP $AGENT");
        await File.WriteAllTextAsync(world.Paths.Heartbeat, "1", Cancel);
        Assert.Equal(ExitCode.Failed, (await pod.RunAsync(Page.Liveness)).ExitCode);
        await pod.RunAsync("kill -CONT $AGENT");
        await world.UntilAsync(() => File.ReadAllText(world.Paths.Heartbeat) is not "1", "the loop does not go on");
        Assert.Equal(ExitCode.Done, (await pod.RunAsync(Page.Liveness)).ExitCode);
        Assert.Equal(string.Empty, pod.Calls);
    }

    [Fact]
    public async Task Hooks_are_run_by_the_agent_itself_and_one_that_fails_shows_in_the_status()
    {
        await using var world = await WorldAsync(Page.Settings);
        Hook(world, "10-told", "echo \"$K2HDKC_EVENT $K2HDKC_STATE $K2HDKC_SERVERS_CONNECTED $HOME $SLAVE_AGENT_CUK\" >>/var/lib/told");
        await using var pod = await Pod.StartAsync(world);
        await FollowAsync(pod, world);
        await pod.UntilAsync(status => status.Hooks is { Result: HookResults.Done }, "no hook is run");
        Assert.Equal("generation connected 2 /root \n", await File.ReadAllTextAsync(world.Path("/var/lib/told"), Cancel));

        Hook(world, "05-fails", "exit 3");
        await world.Cluster.AddAsync(1);
        await pod.UntilAsync(
            status => status.Hooks is { Result: HookResults.Failed, Failed: [{ Name: "05-fails", Reason: HookFailure.Exit }] } && status.Find(ConditionTypes.HooksRun)!.Reason == Reasons.HooksFailed,
            "the failed hook is not in the status");
        Assert.Equal(2, (await File.ReadAllLinesAsync(world.Path("/var/lib/told"), Cancel)).Length);
        Assert.Equal(string.Empty, pod.Calls);
    }

    [Fact]
    public async Task The_manifest_makes_the_same_pod_in_volumes_that_anybody_could_write_and_leaves_the_role_with_it()
    {
        Assert.Equal(Page.Settings, Page.SettingsOfPod);
        Assert.Equal([SettingsEnvironment.Cuk, SettingsEnvironment.Tag], Page.VariablesOfAgent);
        await using var world = await WorldAsync(Page.SettingsOfPod);
        foreach (var volume in new[] { "etc/antpickax", "var/lib/antpickax", "var/lib/k2hdkc-slave-agent", "run/k2hdkc-slave-agent" })
        {
            File.SetUnixFileMode(Directory.CreateDirectory(Path.Join(world.Layout.Root, volume)).FullName, (UnixFileMode)0x1ff);
        }

        await using var pod = await Pod.StartAsync(world);
        pod.Send($"export {SettingsEnvironment.Cuk}={world.Cuk} {SettingsEnvironment.Tag}=127.0.0.1");
        Assert.Equal(0, (await pod.RunAsync(Page.VolumesCommand)).ExitCode);
        pod.Send($"{Quoted(Page.ChmpxCommand)} & {Quoted(Page.AgentCommand)} &");
        await pod.UntilAsync(status => status.IsReady, "the pod is not connected");
        await world.ConnectedAsync();

        var (code, output) = await pod.RunAsync(Page.LeavingCommand);
        Assert.True(code == 0, output);
        Assert.Empty(world.K2hr3.Hosts(world.Names.SlaveRole));
        await Eventually.IsTrueAsync(async () => await world.ViewAsync() is null, "chmpx does not end");
        Assert.Equal(string.Empty, pod.Calls);
    }

    private static async Task<AgentWorld> WorldAsync(string settings)
    {
        var world = await AgentWorld.CreateAsync(servers: 2);
        world.Configure("20-test", "watch:\n  k2hr3_interval: 1s\n");
        HostSetup.Write(world.Layout, TokenFile, world.Token);
        File.SetUnixFileMode(world.Path("/" + TokenFile), UnixFileMode.UserRead | UnixFileMode.UserWrite);

        // Only what the page leaves to its reader.
        HostSetup.Write(world.Layout, "etc/k2hdkc-slave-agent/agent.yaml", settings
            .Replace("https://k2hr3.example.com", world.K2hr3.Uri.ToString(), StringComparison.Ordinal)
            .Replace("yrn:yahoo:::mytenant:role:mycluster/slave", world.Names.SlaveRole.ToString(), StringComparison.Ordinal)
            .Replace("yrn:yahoo:::mytenant", world.Names.SlaveRole.TenantYrn, StringComparison.Ordinal));
        return world;
    }

    /// <summary>The page's commands line by line, with the numbers of what it leaves running.</summary>
    private static async Task FollowAsync(Pod pod, AgentWorld world)
    {
        pod.Send($"export {SettingsEnvironment.Cuk}={world.Cuk} {SettingsEnvironment.Tag}=127.0.0.1");
        foreach (var line in Page.Commands.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            pod.Send(line);
            if (line.EndsWith(" &", StringComparison.Ordinal))
            {
                pod.Send(line.StartsWith("chmpx ", StringComparison.Ordinal) ? "CHMPX=$!" : line.StartsWith("k2hdkc-slave-agent ", StringComparison.Ordinal) ? "AGENT=$!" : "PROGRAM=$!");
            }
        }

        Assert.Equal(0, (await pod.RunAsync("true")).ExitCode);
    }

    private static string Quoted(IEnumerable<string> words) => string.Join(' ', words.Select(word => $"'{word}'"));

    private static void Hook(AgentWorld world, string name, string script)
    {
        var path = TempDirectory.PutAt(Path.Join(world.Paths.HooksDirectory, name), $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
