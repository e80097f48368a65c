using System.Diagnostics;
using System.Globalization;
using CliWrap;
using CliWrap.Buffered;

namespace SlaveAgent.GuestTests.Guests;

/// <summary>One booted Debian, driven through the script <c>guest</c>.</summary>
internal sealed class Guest(string name, IReadOnlyList<string> nspawnArguments) : IAsyncDisposable
{
    public const string Address = "10.77.7.2";

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    public static string Home => Environment.GetEnvironmentVariable("GUEST_HOME") ?? "/var/tmp/slave-agent-guests";

    public string Directory => Path.Combine(Home, name);

    /// <summary>Puts a file into the guest's tree before it boots.</summary>
    public void Put(string path, string content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead)
    {
        var place = Path.Combine(Directory, "upper", path.TrimStart('/'));
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.WriteAllText(place, content);
        File.SetUnixFileMode(place, mode);
    }

    /// <summary>Puts a further copy of a file of the pristine tree's into the guest before it boots.</summary>
    public void Copy(string path, string to)
    {
        var place = Path.Combine(Directory, "upper", to.TrimStart('/'));
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.Copy(Path.Combine(Home, "tree", path.TrimStart('/')), place);
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

    public async Task RaiseNetworkAsync() => await ShellAsync("ip link set host0 up && ip route add default via 10.77.7.1");

    public async Task RemoveAsync() => await ScriptAsync(["remove", name]);

    /// <summary>Starts it; ends when its systemd answers.</summary>
    public async Task BootAsync()
    {
        await ScriptAsync(["boot", name, .. nspawnArguments]);
        await UntilAsync("the guest's systemd answers", async () => (await TryAsync("systemctl", "is-system-running")).StandardOutput.Length > 1, TimeSpan.FromSeconds(60));
    }

    /// <summary>Restarts it from inside; ends when the new systemd answers.</summary>
    public async Task RebootAsync()
    {
        var before = Boots;
        await TryAsync("systemctl", "reboot");
        await UntilAsync("the guest boots again", () => Task.FromResult(Boots > before), TimeSpan.FromSeconds(60));
        await UntilAsync("the guest's systemd answers", async () => (await TryAsync("systemctl", "is-system-running")).StandardOutput.Length > 1, TimeSpan.FromSeconds(60));
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

    /// <summary>Seconds since the machine's start at which the unit became active; null when it is not.</summary>
    public async Task<double?> ActiveSinceAsync(string unit)
    {
        var text = await RunAsync("systemctl", "show", "--value", "-p", "ActiveEnterTimestampMonotonic", unit);
        return long.TryParse(text, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0 ? microseconds / 1e6 : null;
    }

    public static async Task UntilAsync(string what, Func<Task<bool>> holds, TimeSpan atMost)
    {
        for (var watch = Stopwatch.StartNew(); !await holds(); await Task.Delay(LookAgain))
        {
            if (watch.Elapsed > atMost)
            {
                throw new TimeoutException($"after {atMost.TotalSeconds:0} s it still does not hold: {what}");
            }
        }
    }

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
