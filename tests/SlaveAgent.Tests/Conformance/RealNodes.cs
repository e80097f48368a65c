using System.Diagnostics;
using System.Globalization;

namespace SlaveAgent.Tests.Conformance;

/// <summary>
/// Nodes for real programs: network, host name, message queue and mount namespaces each, on a bridge in one more network
/// namespace. Each has a hosts file, resolver order and /var/lib/antpickax of its own, below the directory given.
/// </summary>
internal sealed class RealNodes(string directory, int servers) : IAsyncDisposable
{
    public const string SlaveAddress = "10.97.6.31";

    private readonly Dictionary<string, int> _holders = [];

    public static string AddressOf(int server) => string.Create(CultureInfo.InvariantCulture, $"10.97.6.{101 + server}");

    /// <summary>Skips the test, saying why, where the real program cannot run.</summary>
    public static void Require()
    {
        Assert.SkipUnless(IsOnPath("chmpx"), "the real chmpx is not on the PATH");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "namespaces for the real chmpx need root");
        foreach (var tool in (string[])["ip", "ss", "unshare", "nsenter", "bash"])
        {
            Assert.SkipUnless(IsOnPath(tool), $"namespaces for the real chmpx need {tool}");
        }
    }

    public static bool IsOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(':', StringSplitOptions.RemoveEmptyEntries).Any(path => File.Exists(Path.Join(path, program)));

    public async Task StartAsync(CancellationToken cancel)
    {
        var addresses = Enumerable.Range(0, servers).ToDictionary(server => $"svr{server}", AddressOf);
        addresses["slave"] = SlaveAddress;
        var hosts = "127.0.0.1 localhost\n" + string.Concat(addresses.Select(node => $"{node.Value} {node.Key}\n"))
            + string.Concat(Enumerable.Range(1, 60).Select(other => $"10.97.7.{other} other{other}\n"));
        foreach (var node in addresses.Keys)
        {
            Directory.CreateDirectory(Path.Combine(directory, node, "var"));
            await File.WriteAllTextAsync(Path.Combine(directory, node, "hosts"), hosts, cancel);
        }
        await File.WriteAllTextAsync(Path.Combine(directory, "nsswitch.conf"), "hosts: files\n", cancel);
        await HoldAsync("switch", ["--net"], cancel);
        await BashAsync($"nsenter -t {_holders["switch"]} -n sh -c 'ip link set lo up; ip link add br0 type bridge; ip link set br0 up'", cancel);
        foreach (var (node, address) in addresses)
        {
            await HoldAsync(node, ["--net", "--uts", "--ipc", "--mount", "--propagation", "private"], cancel);
            var (own, bridge) = (_holders[node], _holders["switch"]);
            await BashAsync(
                $$"""
                set -e
                ip link add name k{{node}} netns {{own}} type veth peer name eth0 netns {{own}}
                nsenter -t {{own}} -n ip link set k{{node}} netns {{bridge}}
                nsenter -t {{bridge}} -n ip link set k{{node}} master br0 up
                nsenter -t {{own}} -m -n -u -i sh -ec 'hostname {{node}}; ip link set lo up; ip addr add {{address}}/24 dev eth0; ip link set eth0 up
                  mount --bind {{directory}}/{{node}}/hosts /etc/hosts; mount --bind {{directory}}/nsswitch.conf /etc/nsswitch.conf
                  mkdir -p /var/lib/antpickax; mount --bind {{directory}}/{{node}}/var /var/lib/antpickax
                  echo 1025 > /proc/sys/fs/mqueue/msg_max; echo 1025 > /proc/sys/fs/mqueue/queues_max'
                """, cancel);
        }
    }

    /// <summary>The command that runs a program on the node.</summary>
    public IReadOnlyList<string> Enter(string node, IReadOnlyList<string> program) =>
        ["nsenter", "-t", $"{_holders[node]}", "-m", "-n", "-u", "-i", .. program];

    public async Task<string> RunAsync(string node, string script, CancellationToken cancel)
    {
        var command = Enter(node, ["bash", "-c", script]);
        using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync(cancel);
        var output = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        await errors;
        return output;
    }

    /// <summary>The answer on a control port, asked from the node's own 127.0.0.1; empty when nobody is there.</summary>
    public Task<string> AskAsync(string node, int port, string command, CancellationToken cancel) => RunAsync(node,
        string.Create(CultureInfo.InvariantCulture, $"exec 3<>/dev/tcp/127.0.0.1/{port} && printf '{command}\\n' >&3 && timeout 10 cat <&3"), cancel);

    public async ValueTask DisposeAsync()
    {
        foreach (var holder in _holders.Values.Reverse())
        {
            using var process = Process.GetProcessById(holder);
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    // A process that only keeps the namespaces.
    private async Task HoldAsync(string node, string[] namespaces, CancellationToken cancel)
    {
        var process = Process.Start(new ProcessStartInfo("unshare", [.. namespaces, "sleep", "infinity"]))!;
        _holders[node] = process.Id;
        while ((await File.ReadAllTextAsync($"/proc/{process.Id}/comm", cancel)).Trim() != "sleep")
        {
            await Task.Delay(10, cancel);
        }
    }

    private static async Task BashAsync(string script, CancellationToken cancel)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardError = true })!;
        var errors = await process.StandardError.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        Assert.SkipUnless(process.ExitCode == 0, $"namespaces for the real chmpx cannot be made here: {errors}");
    }
}
