using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;

namespace SlaveAgent.Sandbox.HostTools;

/// <summary><c>apt-get update</c> and <c>install</c>, with apt's locks, messages and exit code 100.</summary>
internal static class AptGet
{
    private const int Failed = 100;

    private const string LockTimeout = "DPkg::Lock::Timeout=";

    private const string PatternOnly = "APT::Cmd::Pattern-Only=true";

    public static async Task<ToolOutput> RunAsync(HostState host, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var yes = new Option<bool>("-y", "--yes", "--assume-yes");
        var simulate = new Option<bool>("-s", "--simulate", "--dry-run");
        var settings = new Option<string[]>("-o", "--option") { AllowMultipleArgumentsPerToken = false };
        var words = new Argument<string[]>("words") { Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("apt-get") { yes, simulate, settings, words, new Option<bool>("-q", "--quiet"), new Option<bool>("-qq"), new Option<bool>("--no-install-recommends") };
        command.TreatUnmatchedTokensAsErrors = false;
        var parsed = command.Parse(arguments);
        var given = parsed.GetValue(settings) ?? [];
        var timeout = given.LastOrDefault(setting => setting.StartsWith(LockTimeout, StringComparison.OrdinalIgnoreCase));
        return (parsed.GetValue(words) ?? []) switch
        {
            ["update"] => Update(host),
            ["install", .. var packages] when parsed.GetValue(simulate) => Simulate(host, packages),
            ["install", .. var packages] => await InstallAsync(host, given.Contains(PatternOnly) ? packages : [.. packages.SelectMany(name => Matching(host, name))], parsed.GetValue(yes), Seconds(timeout), cancellationToken),
            [var other, ..] => new(Failed, Error: $"E: Invalid operation {other}\n"),
            [] => new(0, "apt 2.6.1 (amd64)\n"),
        };
    }

    private static ToolOutput Update(HostState host)
    {
        using var held = PackageLock.TryTake(host.Layout, PackageLock.Lists);
        if (held is null)
        {
            return new(Failed, Error:
                "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 4711 (apt-get)\nE: Unable to lock directory /var/lib/apt/lists/\n");
        }
        if (UnsignedSource(host) is { } unsigned)
        {
            return new(Failed, Error: $"E: The repository '{unsigned}' is not signed.\n");
        }
        host.FetchLists(SignedSources(host).Any());
        return new(0, "Hit:1 http://packages.example/debian bookworm InRelease\nReading package lists...\n");
    }

    /// <summary>As any user, without a lock.</summary>
    private static ToolOutput Simulate(HostState host, string[] names)
    {
        var known = host.KnownPackages.Union(host.Installed).ToList();
        var missing = names.Except(known).ToList();
        var changed = names.Except(host.Installed).ToList();
        return missing.Count > 0 ? new(Failed, Error: string.Concat(missing.Select(name => $"E: Unable to locate package {name}\n")))
            : new(0, $"0 upgraded, {changed.Count} newly installed, 0 to remove and 0 not upgraded.\n{string.Concat(changed.Select(name => $"Inst {name} (1.0)\n"))}");
    }

    private static async Task<ToolOutput> InstallAsync(HostState host, string[] names, bool yes, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var held = await WaitForLockAsync(host, timeout, cancellationToken);
        if (held is null)
        {
            return new(Failed, Error:
                "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 4711 (unattended-upgr)\n"
                + "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), is another process using it?\n");
        }
        if (host.IsInterrupted)
        {
            return new(Failed, Error: "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.\n");
        }
        var known = host.KnownPackages;
        var missing = names.Where(name => !known.Contains(name)).ToList();
        if (missing.Count > 0)
        {
            return new(Failed, "Reading package lists...\nBuilding dependency tree...\n",
                string.Concat(missing.Select(name => $"E: Unable to locate package {name}\n")));
        }
        if (!yes)
        {
            return new(1, "Do you want to continue? [Y/n] Abort.\n");
        }
        var packages = host.Packages.Where(package => names.Contains(package.Name)).ToList();
        packages.ForEach(host.Install);
        return new(0, string.Concat(packages.Select(package => $"Setting up {package.Name} ({package.Version}) ...\n")));
    }

    /// <summary>apt-get treats a name that matches no package and contains a dot as a regular expression, and drops a trailing plus sign.</summary>
    private static List<string> Matching(HostState host, string name)
    {
        var known = host.KnownPackages;
        if (known.Contains(name) || !name.Contains('.', StringComparison.Ordinal))
        {
            return [name];
        }
        var matching = known.Where(package => Regex.IsMatch(package, name.TrimEnd('+'))).ToList();
        return matching.Count > 0 ? matching : [name];
    }

    private static async Task<PackageLock?> WaitForLockAsync(HostState host, TimeSpan timeout, CancellationToken cancellationToken)
    {
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(50, cancellationToken))
        {
            if (PackageLock.TryTake(host.Layout, PackageLock.Frontend) is { } taken)
            {
                return taken;
            }
            if (waited.Elapsed >= timeout)
            {
                return null;
            }
        }
    }

    private static TimeSpan Seconds(string? setting) =>
        setting is not null && int.TryParse(setting.AsSpan(LockTimeout.Length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds)
            ? seconds < 0 ? TimeSpan.FromDays(1) : TimeSpan.FromSeconds(seconds)
            : TimeSpan.Zero;

    private static IEnumerable<Dictionary<string, string>> Sources(HostState host) =>
        Path.Combine(host.Layout.Root, "etc/apt/sources.list.d") is var directory && Directory.Exists(directory)
            ? Directory.GetFiles(directory, "*.sources").Select(path => File.ReadAllLines(path)
                .Where(line => !line.StartsWith('#') && line.Contains(':', StringComparison.Ordinal))
                .GroupBy(line => line[..line.IndexOf(':', StringComparison.Ordinal)], line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
                .ToDictionary(field => field.Key, field => field.Last(), StringComparer.OrdinalIgnoreCase))
            : [];

    private static IEnumerable<Dictionary<string, string>> SignedSources(HostState host) => Sources(host).Where(source => IsSigned(host, source));

    private static string? UnsignedSource(HostState host) =>
        Sources(host).Where(source => !IsSigned(host, source)).Select(source => source.GetValueOrDefault("URIs", "?")).FirstOrDefault();

    private static bool IsSigned(HostState host, Dictionary<string, string> source) =>
        source.ContainsKey("URIs") && source.TryGetValue("Signed-By", out var key)
        && Path.Combine(host.Layout.Root, key.TrimStart('/')) is var path
        && File.Exists(path) && File.ReadAllText(path).Contains("BEGIN PGP PUBLIC KEY BLOCK", StringComparison.Ordinal);
}
