using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Sandbox;

public sealed class HostToolsTests
{
    [Fact]
    public async Task An_AntPickax_package_is_installed_only_from_a_signed_source_after_an_update()
    {
        await using var host = new SimulatedHost();
        await host.RunAsync("apt-get", "-q", "update");
        var (code, output) = await host.RunAsync("apt-get", "install", "-y", "--", "chmpx");
        Assert.Equal(100, code);
        Assert.Contains("E: Unable to locate package chmpx", output, StringComparison.Ordinal);

        host.AddSource();
        Assert.Equal(0, (await host.RunAsync("apt-get", "-q", "-o", "DPkg::Lock::Timeout=60", "update")).ExitCode);
        Assert.Equal(0, (await host.RunAsync(
            "apt-get", "-q", "-o", "Dpkg::Options::=--force-confold", "-o", "Acquire::Retries=3", "install", "-y", "--", "chmpx", "k2hdkc-dbaas-override-conf")).ExitCode);

        Assert.Equal(["chmpx", "k2hdkc-dbaas-override-conf"], host.State.Installed);
        Assert.Equal((0, "installed"), await host.RunAsync("dpkg-query", "-W", "-f", "${db:Status-Status}", "--", "chmpx"));
        Assert.Contains("OUTPUT_FILE              = k2hdkc.ini",
            await File.ReadAllTextAsync(Path.Combine(host.Layout.Root, "etc/antpickax/override.conf"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unsigned_source_fails_the_update()
    {
        await using var host = new SimulatedHost();
        host.AddSource(isSigned: false);
        var (code, output) = await host.RunAsync("apt-get", "update");
        Assert.Equal(100, code);
        Assert.Contains("is not signed", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Simultaneous_calls_are_all_logged()
    {
        await using var host = new SimulatedHost();
        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, (i, _) =>
        {
            new HostState(host.Layout).Log(new ToolCall(DateTimeOffset.UnixEpoch, "dpkg-query", [new string('x', i)]));
            return ValueTask.CompletedTask;
        });
        Assert.Equal(Enumerable.Range(0, 400), host.State.Calls.Select(call => call.Arguments[0].Length).Order());
    }

    [Fact]
    public async Task A_package_that_is_not_installed_is_not_found()
    {
        await using var host = new SimulatedHost();
        var (code, output) = await host.RunAsync("dpkg-query", "-W", "-f", "${db:Status-Status}", "--", "chmpx");
        Assert.Equal(1, code);
        Assert.Contains("no packages found matching chmpx", output, StringComparison.Ordinal);
        Assert.Equal((1, "package chmpx is not installed\n"), await host.RunAsync("rpm", "-q", "--", "chmpx"));
    }

    [Fact]
    public async Task apt_waits_for_the_frontend_lock_up_to_the_timeout_but_never_for_the_lists()
    {
        await using var host = new SimulatedHost();
        await host.RunAsync("apt-get", "update");
        using (PackageLock.TryTake(host.Layout, PackageLock.Lists))
        {
            var (code, output) = await host.RunAsync("apt-get", "-o", "DPkg::Lock::Timeout=60", "update");
            Assert.Equal(100, code);
            Assert.Contains("Could not get lock /var/lib/apt/lists/lock", output, StringComparison.Ordinal);
        }
        Task<(int ExitCode, string Output)> waiting;
        using (PackageLock.TryTake(host.Layout, PackageLock.Frontend))
        {
            Assert.Equal(100, (await host.RunAsync("apt-get", "install", "-y", "jq")).ExitCode);
            waiting = host.RunAsync("apt-get", "-o", "DPkg::Lock::Timeout=60", "install", "-y", "jq");
            await Task.WhenAny(waiting, Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));
            Assert.False(waiting.IsCompleted);
        }
        Assert.Equal(0, (await waiting).ExitCode);
    }

    [Fact]
    public async Task A_scheduled_failure_happens_once_and_an_interrupted_transaction_lasts_until_it_is_configured()
    {
        await using var host = new SimulatedHost();
        host.State.ScheduleFailure(new("apt-get", "update", 100, "E: Failed to fetch http://packages.example/debian  503  Service Unavailable"));
        Assert.Contains("503", (await host.RunAsync("apt-get", "-q", "update")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await host.RunAsync("apt-get", "-q", "update")).ExitCode);

        host.State.IsInterrupted = true;
        Assert.Contains("dpkg was interrupted", (await host.RunAsync("apt-get", "install", "-y", "jq")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await host.RunAsync("dpkg", "--configure", "-a", "--force-confold")).ExitCode);
        Assert.Equal(0, (await host.RunAsync("apt-get", "install", "-y", "jq")).ExitCode);
    }

    [Fact]
    public async Task dnf_requires_a_repository_with_gpgcheck_and_its_key()
    {
        await using var host = new SimulatedHost();
        Assert.Equal(1, (await host.RunAsync("dnf", "-y", "-q", "--setopt=retries=3", "install", "chmpx")).ExitCode);

        HostSetup.Write(host.Layout, "etc/pki/rpm-gpg/RPM-GPG-KEY-antpickax", "key");
        HostSetup.Write(host.Layout, "etc/yum.repos.d/antpickax.repo",
            "[antpickax]\nbaseurl=http://127.0.0.1/antpickax/el/9/$basearch\ngpgcheck=1\ngpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-antpickax\n");
        Assert.Equal(0, (await host.RunAsync("yum", "-y", "-q", "--setopt=retries=3", "install", "chmpx", "jq")).ExitCode);
        Assert.Equal((0, "chmpx-1.0.113-1.x86_64\n"), await host.RunAsync("rpm", "-q", "--", "chmpx"));
    }

    [Fact]
    public async Task systemctl_enables_starts_and_stops_a_unit_and_the_journal_has_its_output()
    {
        await using var host = new SimulatedHost();
        Assert.Equal(1, (await host.RunAsync("systemctl", "is-enabled", "--quiet", "--", "chmpx.service")).ExitCode);
        Assert.Equal(5, (await host.RunAsync("systemctl", "start", "--no-block", "--", "chmpx.service")).ExitCode);

        host.State.Install(host.State.Packages.Single(package => package.Name == "chmpx"));
        Assert.Equal((3, "inactive\n"), await host.RunAsync("systemctl", "is-active", "--", "chmpx.service"));
        Assert.Equal(0, (await host.RunAsync("systemctl", "enable", "--", "chmpx.service")).ExitCode);
        Assert.Equal((0, ""), await host.RunAsync("systemctl", "is-enabled", "--quiet", "--", "chmpx.service"));

        // There is no configuration, so it exits with code 1 and is restarted repeatedly.
        await host.RunAsync("systemctl", "start", "--no-block", "--", "chmpx.service");
        await Eventually.IsTrueAsync(() => host.Supervisor.StatusOf("chmpx.service").Restarts >= 2, "the unit's state");
        // What a process said comes over a pipe, and its end otherwise.
        await Eventually.IsTrueAsync(
            async () => (await host.RunAsync("journalctl", "--no-pager", "-q", "-o", "cat", "-n", "3", "-u", "chmpx.service")).Output.Contains("Could not initialize process", StringComparison.Ordinal), "the unit's output");

        Assert.Equal(0, (await host.RunAsync("systemctl", "stop", "--", "chmpx.service")).ExitCode);
        Assert.Equal((3, "inactive\n"), await host.RunAsync("systemctl", "is-active", "--", "chmpx.service"));
        Assert.Equal(0, (await host.RunAsync("systemctl", "disable", "--", "chmpx.service")).ExitCode);
        Assert.Equal((0, "disabled\n"), await host.RunAsync("systemctl", "show", "-p", "UnitFileState", "--value", "chmpx.service"));
    }

    [Fact]
    public async Task A_killed_unit_is_restarted_with_another_process()
    {
        await using var host = new SimulatedHost();
        host.State.Install(host.State.Packages.Single(package => package.Name == "demo-app"));
        await host.Supervisor.StartAsync("demo-app.service");
        var first = host.Supervisor.StatusOf("demo-app.service").Pid;
        SlaveAgent.Sandbox.Systemd.ProcessSignal.Send(first, "SIGKILL");
        await Eventually.IsTrueAsync(() => host.Supervisor.StatusOf("demo-app.service") is { Pid: not 0 } status && status.Pid != first, "the unit's state");
    }

    [Fact]
    public async Task A_oneshot_is_activating_while_it_runs_with_its_environment_and_one_that_ended_well_is_forgotten()
    {
        const string Name = "once.service";
        await using var host = new SimulatedHost();
        var (gate, variables) = (Path.Join(host.Layout.Root, "gate"), Path.Join(host.Layout.Root, "once.env"));
        HostSetup.Write(host.Layout, "once", $"#!/bin/sh\nwhile [ ! -e '{gate}' ]; do sleep 0.05; done\nexit \"$CODE\"\n");
        HostSetup.Write(host.Layout, $"usr/lib/systemd/system/{Name}", $"[Service]\nType=oneshot\nEnvironmentFile={variables}\nExecStart=/bin/sh {host.Layout.Root}/once\n");

        // Without the file it is not run at all.
        await host.RunAsync("systemctl", "start", "--no-block", "--", Name);
        await ShowsAsync(host, Name, "ActiveState=failed\nResult=resources\n");

        foreach (var (code, ends) in new[] { ("3", "ActiveState=failed\nResult=exit-code\n"), ("0", "ActiveState=inactive\nResult=success\n") })
        {
            File.Delete(gate);
            HostSetup.Write(host.Layout, "once.env", $"CODE='{code}'\n");
            await host.RunAsync("systemctl", "start", "--no-block", "--", Name);
            await ShowsAsync(host, Name, "ActiveState=activating\nResult=success\n");
            await File.WriteAllTextAsync(gate, "", TestContext.Current.CancellationToken);
            await ShowsAsync(host, Name, ends);
            Assert.Equal(code == "3" ? "3" : "0", (await host.RunAsync("systemctl", "show", "--value", "-p", "ExecMainStatus", Name)).Output.Trim());
        }

        Assert.Equal("0", (await host.RunAsync("systemctl", "show", "--value", "-p", "ExecMainStartTimestampMonotonic", Name)).Output.Trim());
    }

    [Fact]
    public async Task Each_call_is_logged_with_its_arguments()
    {
        await using var host = new SimulatedHost();
        await host.RunAsync("hostname", "-d");
        await host.RunAsync("rpm", "-q", "--", "a b");
        Assert.Equal(["hostname -d", "rpm -q -- a b"], host.State.Calls.Select(call => $"{call.Tool} {string.Join(' ', call.Arguments)}"));
    }

    private static Task ShowsAsync(SimulatedHost host, string unit, string properties) =>
        Eventually.IsTrueAsync(async () => (await host.RunAsync("systemctl", "show", "-p", "ActiveState,Result", unit)).Output == properties, properties);
}
