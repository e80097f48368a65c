using SlaveAgent.Identity;
using SlaveAgent.Reconciling;
using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Sandbox.Systemd;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Agent;

/// <summary>SIGHUP while the daemon waits for who this host is: a machine with a copied disk, of which cloud-init has said nothing yet.</summary>
public sealed class WaitingIdentityTests
{
    private const string OtherCuk = "0a1b2c3d-0000-4000-8000-00000000c10e";

    [Fact]
    public async Task Settings_that_say_who_this_host_is_are_taken_by_a_SIGHUP()
    {
        await using var world = await WaitingAsync();

        world.Configure("30-host", $"host:\n  cuk: {OtherCuk}\n");
        await HangUpAsync(world);

        await RegisteredAsync(world);
    }

    [Fact]
    public async Task Settings_that_cannot_be_used_or_do_not_end_the_waiting_leave_it_as_it_is()
    {
        await using var world = await WaitingAsync();

        await RefuseSettingsAsync(world);

        // These read well and make no client, which is found before the former ones are left.
        world.Configure("30-host", $"host:\n  cuk: {OtherCuk}\nk2hr3:\n  ca_file: /no/such/file\n");
        await HangUpAsync(world);
        await world.UntilAsync(() => world.Agent.Output.Split($"({Reasons.SettingsRefused})").Length > 2, "the settings are not tried");

        world.Configure("30-host", "log:\n  level: debug\n");
        await HangUpAsync(world);
        await world.UntilAsync(() => world.Agent.Output.Split($"({nameof(IdentityCode.NoInstanceId)})").Length > 2, "the daemon does not wait on");

        HostSetup.Write(world.Layout, "var/lib/cloud/data/instance-id", $"{OtherCuk}\n");
        await RegisteredAsync(world);
    }

    [Fact]
    public async Task Settings_that_were_refused_and_are_again_what_they_were_are_refused_no_longer()
    {
        await using var world = await WaitingAsync();

        await RefuseSettingsAsync(world);

        File.Delete(world.Path("/etc/k2hdkc-slave-agent/conf.d/30-host.yaml"));
        var logged = world.Agent.Output.Length;
        await HangUpAsync(world);
        await world.UntilAsync(() => world.Agent.Output.Length > logged, "the settings are not read again");

        HostSetup.Write(world.Layout, "var/lib/cloud/data/instance-id", $"{OtherCuk}\n");
        await RegisteredAsync(world);
        await world.UntilAsync(() => world.Status is not null, "there is no status");
        Assert.Null(world.Status!.Find(ConditionTypes.SettingsValid));
    }

    private static async Task<AgentWorld> WaitingAsync()
    {
        var world = await AgentWorld.CreateAsync(servers: 1);
        HostSetup.Write(world.Layout, "sys/class/dmi/id/product_uuid", "4c4c4544-0043-3510-8052-b4c04f4b3332\n");
        await world.BootstrapAsync();
        HostSetup.Write(world.Layout, "sys/class/dmi/id/product_uuid", "0d6e1a5a-95d0-4c3e-8f5e-6b0a6e0c7d11\n");
        File.Delete(world.Path("/var/lib/cloud/data/instance-id"));
        world.Agent.Start();
        await world.UntilAsync(() => world.HasLogged(nameof(IdentityCode.NoInstanceId)), "the daemon does not wait");
        return world;
    }

    private static async Task RefuseSettingsAsync(AgentWorld world)
    {
        world.Configure("30-host", "host:\n  cuk: [\n");
        await HangUpAsync(world);
        await world.UntilAsync(() => world.HasLogged(Reasons.SettingsRefused), "the settings are not refused");
    }

    private static async Task HangUpAsync(AgentWorld world) => ProcessSignal.Send(await world.DaemonPidAsync(), "SIGHUP");

    private static async Task RegisteredAsync(AgentWorld world) => await world.UntilAsync(
        () => world.K2hr3.Hosts(world.Names.SlaveRole).Any(host => host.Cuk == OtherCuk), "the host is not registered");
}
