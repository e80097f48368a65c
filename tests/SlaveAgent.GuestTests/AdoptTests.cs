using SlaveAgent.GuestTests.Guests;

namespace SlaveAgent.GuestTests;

public sealed class AdoptTests(GuestMachine machine)
{
    private const string Ini = "/etc/antpickax/k2hdkc.ini";

    // The tooling's habits (Hosting/README.md, "Shell tooling"): a timer, its service, and a process in the background that deletes the file once the timer is disabled.
    private const string InstallTooling =
        $$"""
        set -e
        systemctl disable --now k2hdkc-slave-agent.service
        rm -f /etc/systemd/system/chmpx.service.d/*.conf; rm -rf /var/lib/k2hdkc-slave-agent/*
        cat >/usr/libexec/k2hr3-get-resource-helper <<'END'
        #!/bin/sh
        [ "$1" = -daemon ] || { date >>/run/tooling-ran; exit 0; }
        while systemctl is-enabled k2hr3-get-resource.timer >/dev/null 2>&1; do sleep 0.2; done
        rm -f {{Ini}}
        END
        chmod 755 /usr/libexec/k2hr3-get-resource-helper
        printf '[Service]\nType=oneshot\nExecStart=/usr/libexec/k2hr3-get-resource-helper\n' >/usr/lib/systemd/system/k2hr3-get-resource.service
        printf '[Timer]\nOnActiveSec=1s\nOnUnitInactiveSec=2s\nAccuracySec=100ms\n[Install]\nWantedBy=multi-user.target\n' >/usr/lib/systemd/system/k2hr3-get-resource.timer
        systemctl daemon-reload
        systemctl restart chmpx.service
        systemctl enable --now k2hr3-get-resource.timer
        systemd-run -q --unit=tooling-background /usr/libexec/k2hr3-get-resource-helper -daemon
        """;

    [Fact]
    public async Task A_host_that_runs_the_shell_tooling_is_taken_over_and_given_back_with_its_configuration_always_there()
    {
        await using var world = await World.CreateAsync(machine, "adopt");
        var guest = world.Guest;
        await guest.BootAsync();
        await world.CloudInitAsync();
        await world.WaitForConnectionAsync();
        await guest.ShellAsync(InstallTooling);
        await guest.UntilAsync("the tooling runs", async () => (await guest.TryAsync("test", "-s", "/run/tooling-ran")).ExitCode == 0);

        var background = await guest.MainPidAsync("tooling-background.service");
        var adopted = await guest.RunAsync("k2hdkc-slave-agent", "adopt");

        Assert.Matches($@"\b{background}\b", adopted);
        await guest.RunAsync("test", "-s", Ini);
        Assert.Equal("inactive", await guest.StateAsync("k2hr3-get-resource.timer"));
        Assert.NotEqual(0, (await guest.TryAsync("systemctl", "is-enabled", "k2hr3-get-resource.timer")).ExitCode);
        Assert.NotEqual("active", await guest.StateAsync("tooling-background.service"));
        await world.WaitForConnectionAsync();
        Assert.Contains("ExecStart=/usr/bin/chmpx", await guest.RunAsync("systemctl", "cat", "chmpx.service"), StringComparison.Ordinal);
        await world.Cluster.AddAsync(1);
        await world.WaitForConnectionAsync();

        await guest.RunAsync("k2hdkc-slave-agent", "adopt", "--give-back");

        Assert.Equal("active", await guest.StateAsync("k2hr3-get-resource.timer"));
        Assert.Equal("enabled", await guest.RunAsync("systemctl", "is-enabled", "k2hr3-get-resource.timer"));
        Assert.Equal("inactive", await guest.StateAsync("k2hdkc-slave-agent.service"));
        await guest.RunAsync("test", "-s", Ini);
        Assert.DoesNotContain("ExecStart=/usr/bin/chmpx", await guest.RunAsync("systemctl", "cat", "chmpx.service"), StringComparison.Ordinal);
        await guest.UntilAsync("the servers have the slave again", world.HaveServersTheSlaveAsync);
    }
}
