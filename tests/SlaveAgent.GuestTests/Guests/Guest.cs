using System.Diagnostics;
using System.Globalization;
using System.Text;
using CliWrap;
using CliWrap.Buffered;

namespace SlaveAgent.GuestTests.Guests;

/// <summary>One booted Debian, driven through the script <c>guest</c>.</summary>
/// <param name="number">No other guest that is up at the same time has it; it makes the addresses.</param>
internal sealed class Guest(string name, int number, IReadOnlyList<string> nspawnArguments) : IAsyncDisposable
{
    private const UnixFileMode ReadableByAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(6);

    public string Name => name;

    public string Address => $"10.77.{number}.2";

    public static string Home => Environment.GetEnvironmentVariable("GUEST_HOME") ?? "/var/tmp/slave-agent-guests";

    public string Directory => Path.Combine(Home, name);

    /// <summary>Puts a file into the guest's tree before it boots.</summary>
    public void Put(string path, string content, UnixFileMode mode = ReadableByAll) => Put(path, Encoding.UTF8.GetBytes(content), mode);

    public void Put(string path, byte[] content, UnixFileMode mode = ReadableByAll)
    {
        var place = Path.Combine(Directory, "upper", path.TrimStart('/'));
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.WriteAllBytes(place, content);
        File.SetUnixFileMode(place, mode);
    }

    /// <summary>Puts a further copy of a file of the pristine tree's into the guest before it boots.</summary>
    public void Copy(string path, string to)
    {
        var place = Path.Combine(Directory, "upper", to.TrimStart('/'));
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.Copy(Path.Combine(Home, "tree", path.TrimStart('/')), place);
    }

    /// <summary>Takes back what was put there.</summary>
    public void Forget(string path)
    {
        var place = Path.Combine(Directory, "upper", path.TrimStart('/'));
        if (System.IO.Directory.Exists(place))
        {
            System.IO.Directory.Delete(place, recursive: true);
        }
        else
        {
            File.Delete(place);
        }
    }

    public void Link(string path, string target)
    {
        var place = Path.Combine(Directory, "upper", path.TrimStart('/'));
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.CreateSymbolicLink(place, target);
    }

    /// <summary>The guest's end of the network stays down until <see cref="RaiseNetworkAsync"/>.</summary>
    public void HoldNetworkBack()
    {
        System.IO.Directory.CreateDirectory(Directory);
        File.WriteAllText(Path.Combine(Directory, "network-late"), "");
    }

    public async Task RaiseNetworkAsync() => await ShellAsync($"ip link set host0 up && ip route add default via 10.77.{number}.1");

    /// <summary>Has the guest's default route go by another address than before.</summary>
    public async Task UseOtherGatewayAsync()
    {
        await Cli.Wrap("ip").WithArguments(["addr", "replace", $"10.77.{number}.3/24", "dev", $"guest-{number}"]).ExecuteAsync();
        await ShellAsync($"ip route replace default via 10.77.{number}.3");
    }

    public async Task RemoveAsync() => await ScriptAsync(["remove", name]);

    /// <summary>Starts it; ends when its systemd answers.</summary>
    public async Task BootAsync()
    {
        await ScriptAsync(["boot", name, number.ToString(CultureInfo.InvariantCulture), .. nspawnArguments]);
        await UntilAsync("the guest's systemd answers", async () => (await TryAsync("systemctl", "is-system-running")).StandardOutput.Length > 1);
    }

    /// <summary>Restarts it from inside; ends when the new systemd answers.</summary>
    public async Task RebootAsync()
    {
        var before = Boots;
        await TryAsync("systemctl", "reboot");
        await UntilAsync("the guest boots again", () => Task.FromResult(Boots > before));
        await UntilAsync("the guest's systemd answers", async () => (await TryAsync("systemctl", "is-system-running")).StandardOutput.Length > 1);
    }

    public Task<BufferedCommandResult> TryAsync(params string[] command) =>
        Cli.Wrap(Repository.At("tests/SlaveAgent.GuestTests/guest")).WithArguments(["exec", name, .. command])
            .WithEnvironmentVariables(e => e.Set("GUEST_HOME", Home)).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();

    public async Task<string> RunAsync(params string[] command)
    {
        var result = await TryAsync(command);
        return result.ExitCode == 0
            ? result.StandardOutput.Trim()
            : throw new InvalidOperationException($"{string.Join(' ', command)} ended with {result.ExitCode}: {result.StandardOutput}{result.StandardError}");
    }

    public Task<string> ShellAsync(string script) => RunAsync("sh", "-c", script);

    public async Task<string> StateAsync(string unit) => (await TryAsync("systemctl", "is-active", unit)).StandardOutput.Trim();

    /// <summary>The units that failed, a line each; empty when none did.</summary>
    public Task<string> FailedUnitsAsync() => RunAsync("systemctl", "--failed", "--no-legend", "--plain");

    /// <summary>The unit's main process as the guest sees it; 0 when it has none.</summary>
    public Task<string> MainPidAsync(string unit) => RunAsync("systemctl", "show", "--value", "-p", "MainPID", unit);

    public async Task<bool> HasPackageAsync(string package) =>
        (await TryAsync("dpkg-query", "-W", "-f", "${db:Status-Status}", package)).StandardOutput == "installed";

    /// <summary>Seconds since the machine's start at which the unit became active; null when it is not.</summary>
    public async Task<double?> ActiveSinceAsync(string unit)
    {
        var text = await RunAsync("systemctl", "show", "--value", "-p", "ActiveEnterTimestampMonotonic", unit);
        return long.TryParse(text, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0 ? microseconds / 1e6 : null;
    }

    /// <summary>Looks until it holds; else fails with what the guest last said.</summary>
    public async Task UntilAsync(string what, Func<Task<bool>> holds, TimeSpan? atMost = null)
    {
        for (var watch = Stopwatch.StartNew(); !await holds(); await Task.Delay(PollInterval, TestContext.Current.CancellationToken))
        {
            if (watch.Elapsed > (atMost ?? Timeout))
            {
                var last = await TryAsync("journalctl", "--no-pager", "-q", "-b", "-n", "60", "-o", "short-monotonic");
                throw new TimeoutException($"after {watch.Elapsed.TotalSeconds:0} s it still does not hold in {name}: {what}\n{last.StandardOutput}{last.StandardError}");
            }
        }
    }

    public Task UntilStateAsync(string unit, string state) => UntilAsync($"{unit} is {state}", async () => await StateAsync(unit) == state);

    public async ValueTask DisposeAsync() => await ScriptAsync(["stop", name]);

    private int Boots => File.Exists(Path.Combine(Directory, "boots")) ? File.ReadAllLines(Path.Combine(Directory, "boots")).Length : 0;

    private static async Task ScriptAsync(IReadOnlyList<string> arguments)
    {
        // The guest outlives the call that boots it, so its output goes nowhere that is waited for.
        var result = await Cli.Wrap(Repository.At("tests/SlaveAgent.GuestTests/guest")).WithArguments(arguments)
            .WithEnvironmentVariables(e => e.Set("GUEST_HOME", Home)).WithValidation(CommandResultValidation.None).ExecuteBufferedAsync();
        if (result.ExitCode != 0)
        {
            throw new InvalidOperationException($"guest {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.StandardError}");
        }
    }
}
