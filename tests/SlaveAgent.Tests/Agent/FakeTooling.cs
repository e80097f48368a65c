using System.Diagnostics;
using System.Runtime.Versioning;
using SlaveAgent.Sandbox.HostTools;

namespace SlaveAgent.Tests.Agent;

/// <summary>
/// The shell tooling's place on a host, with its habits (Hosting/README.md, "Shell tooling"): writes the configuration in place, and leaves a process in the background
/// that deletes it once the timer is disabled.
/// </summary>
internal sealed class FakeTooling(AgentWorld world) : IDisposable
{
    public const string Timer = "k2hr3-get-resource.timer";
    public const string Service = "k2hr3-get-resource.service";

    private readonly List<Process> _background = [];

    private string Helper => world.Path("/usr/libexec/k2hr3-get-resource-helper");

    /// <summary>What the tooling's next run is to write.</summary>
    public string WantedPath => world.Path("/var/lib/sandbox/wanted.ini");

    public bool RunsInBackground => _background.Any(process => !process.HasExited);

    public void Install()
    {
        HostSetup.Write(world.Layout, $"usr/lib/systemd/system/{Timer}", "[Timer]\nOnUnitInactiveSec=1min\n[Install]\nWantedBy=multi-user.target\n");
        HostSetup.Write(world.Layout, $"usr/lib/systemd/system/{Service}", $"[Service]\nType=oneshot\nExecStart={Helper}\n");
        HostSetup.Write(
            world.Layout,
            "usr/libexec/k2hr3-get-resource-helper",
            $"""
            #!/bin/sh
            if [ "$1" = -daemon ]; then
                while systemctl is-enabled {Timer} >/dev/null 2>&1; do sleep 0.1; done
                rm -f '{world.IniPath}'
            else
                head -c 100 '{WantedPath}' > '{world.IniPath}'
                touch '{WantedPath}.begun'
                sleep 2
                cat '{WantedPath}' > '{world.IniPath}'
            fi

            """);
        MakeExecutable();
    }

    public async Task StartAsync()
    {
        await SystemctlAsync("enable", Timer);
        await SystemctlAsync("start", Timer);
        StartBackground();
    }

    public void StartBackground()
    {
        var start = new ProcessStartInfo("/bin/sh", [Helper, "-daemon"]);
        start.Environment["PATH"] = world.Layout.SearchPath;
        _background.Add(Process.Start(start)!);
    }

    public async Task<int> SystemctlAsync(params string[] arguments)
    {
        using var tool = Process.Start(new ProcessStartInfo(Path.Combine(world.Layout.Bin, "systemctl"), arguments) { RedirectStandardOutput = true })!;
        await tool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await tool.WaitForExitAsync(TestContext.Current.CancellationToken);
        return tool.ExitCode;
    }

    public void Dispose()
    {
        foreach (var process in _background)
        {
            process.Kill();
            process.Dispose();
        }
    }

    [SupportedOSPlatform("linux")]
    private void MakeExecutable() => File.SetUnixFileMode(Helper, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
}
