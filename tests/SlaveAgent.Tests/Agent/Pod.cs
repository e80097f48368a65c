using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Agent;

/// <summary>
/// A shell in mount, process and IPC namespaces of its own, as a pod's: the world's host is at the real paths there, systemd is not, and a systemctl on the PATH only
/// notes that it was called. The network is that of this process, for K2HR3 and the servers are in it, on loopback.
/// </summary>
internal sealed class Pod : IAsyncDisposable
{
    private static readonly string[] Unshare = Environment.UserName == "root" ? ["-mpi"] : ["-Urmpi"];

    private static readonly string[] Forbidden = ["systemctl", "journalctl", "systemd-notify", "apt-get", "dpkg", "dnf", "yum", "useradd", "groupadd"];

    /// <summary>What programs that are not the agent's need of /etc.</summary>
    private static readonly string[] OfEtc = ["passwd", "group", "hosts", "nsswitch.conf", "ld.so.cache"];

    private readonly AgentWorld _world;
    private readonly Process _shell;
    private int _commands;

    private Pod(AgentWorld world, Process shell) => (_world, _shell) = (world, shell);

    /// <summary>All that was printed in it.</summary>
    public string Output => Read("log");

    /// <summary>Calls of tools that nothing may call there.</summary>
    public string Calls => Read("calls");

    /// <summary>What the agent's status says, read in the pod, where its process is known by its number; null while none is at work.</summary>
    public async Task<AgentStatus?> StatusAsync() => StatusJson.TryRead((await RunAsync("k2hdkc-slave-agent status --json")).Output) is { Pid: not 0 } status ? status : null;

    /// <summary>Skips the test, saying why, where no such namespaces can be had.</summary>
    public static async Task<Pod> StartAsync(AgentWorld world)
    {
        Prepare(world);
        var start = new ProcessStartInfo("unshare", [.. Unshare, "--fork", "--kill-child", "--mount-proc", "sh", "-s"]) { RedirectStandardInput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.Environment["PATH"] = $"{world.Layout.Bin}:/usr/bin:/bin";
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        start.Environment.Remove("NOTIFY_SOCKET");
        start.Environment.Remove("JOURNAL_STREAM");
        var pod = new Pod(world, Process.Start(start)!);
        var root = world.Layout.Root;
        pod.Send($"mount --bind '{root}/etc' /etc && mount --bind '{root}/run' /run && mount --bind '{root}/var/lib' /var/lib || exit 1");
        pod.Send($"exec >>'{pod.At("log")}' 2>&1");
        pod.Send($": >'{pod.At("up")}'");
        await world.UntilAsync(() => File.Exists(pod.At("up")) || pod._shell.HasExited, "the pod does not start");
        if (pod._shell.HasExited)
        {
            Assert.Skip($"no namespaces can be had here: {(await pod._shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)).Trim()}");
        }

        return pod;
    }

    /// <summary>Has the pod's shell take over lines as they are.</summary>
    public void Send(string lines)
    {
        _shell.StandardInput.Write(lines.TrimEnd('\n') + "\n");
        _shell.StandardInput.Flush();
    }

    /// <summary>Runs a command after all that was sent before, and waits for it.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(string command)
    {
        var at = At($"command-{Interlocked.Increment(ref _commands)}");
        Send($"{{ {command}; }} >'{at}.out' 2>'{at}.err'; echo $? >'{at}.code.new'; mv '{at}.code.new' '{at}.code'");
        await _world.UntilAsync(() => File.Exists($"{at}.code"), $"{command} does not end\n{Output}");
        return (int.Parse(File.ReadAllText($"{at}.code"), CultureInfo.InvariantCulture), File.ReadAllText($"{at}.out") + File.ReadAllText($"{at}.err"));
    }

    public Task<(int ExitCode, string Output)> RunAsync(IReadOnlyList<string> command) => RunAsync(string.Join(' ', command.Select(word => $"'{word}'")));

    public async Task UntilAsync(Func<AgentStatus, bool> isSo, string otherwise)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (await StatusAsync() is not { } status || !isSo(status))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < AgentWorld.Timeout, $"{otherwise}\n{Output}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Process 1 of its namespace takes all others with it.
        _shell.StandardInput.Close();
        _shell.Kill(entireProcessTree: true);
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }

    private static void Prepare(AgentWorld world)
    {
        var root = world.Layout.Root;
        Directory.Delete(Path.Join(root, "run/systemd"), recursive: true);
        Directory.Delete(Path.Join(root, "var/lib/cloud"), recursive: true);
        foreach (var file in OfEtc.Where(file => File.Exists($"/etc/{file}")))
        {
            File.Copy($"/etc/{file}", Path.Join(root, "etc", file));
        }

        foreach (var tool in Forbidden)
        {
            Script(world, tool, $"echo \"{tool} $*\" >>'{Path.Join(world.Layout.Directory, "calls")}'; exit 1");
        }

        Script(world, "k2hdkc-slave-agent", $"exec '{AgentProgram.DefaultPath}' \"$@\"");
        Script(world, "my-program", $"echo \"$CHMCONFFILE\" >'{Path.Join(root, "var/lib/program")}'; exec sleep 600");
    }

    public static void Script(AgentWorld world, string name, string script)
    {
        var path = Path.Join(world.Layout.Bin, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string At(string name) => Path.Join(_world.Layout.Directory, name);

    private string Read(string name) => File.Exists(At(name)) ? File.ReadAllText(At(name)) : string.Empty;
}
