using System.CommandLine;

namespace SlaveAgent.Sandbox.HostTools;

/// <summary><c>dnf</c>, <c>yum</c> and <c>rpm</c>: repositories count only with gpgcheck and an existing key.</summary>
internal static class Dnf
{
    public static ToolOutput Run(HostState host, IReadOnlyList<string> arguments)
    {
        var yes = new Option<bool>("-y", "--assumeyes");
        var no = new Option<bool>("--assumeno");
        var words = new Argument<string[]>("words") { Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("dnf")
        {
            yes, no, words, new Option<bool>("-q", "--quiet"), new Option<string[]>("--setopt"), new Option<string[]>("--enablerepo"), new Option<string[]>("--disablerepo"),
        };
        command.TreatUnmatchedTokensAsErrors = false;
        var parsed = command.Parse(arguments);
        return (parsed.GetValue(words) ?? []) switch
        {
            ["install", .. var packages] when parsed.GetValue(no) && packages.All(name => host.InstalledVersion(name) is not null) => new(0, "Nothing to do.\n"),
            ["install", .. var packages] => Install(host, packages, parsed.GetValue(yes)),
            ["makecache" or "check-update", ..] => new(0, "Metadata cache created.\n"),
            var other => new(1, Error: $"No such command: {string.Join(' ', other)}.\n"),
        };
    }

    public static ToolOutput Query(HostState host, IReadOnlyList<string> arguments)
    {
        var query = new Option<bool>("-q", "--query");
        var import = new Option<string?>("--import");
        var provides = new Option<bool>("--whatprovides");
        var packages = new Argument<string[]>("packages") { Arity = ArgumentArity.ZeroOrMore };
        var parsed = new Command("rpm") { query, provides, import, packages }.Parse(arguments);
        var output = "";
        var isMissing = false;
        foreach (var name in parsed.GetValue(packages) ?? [])
        {
            var version = host.InstalledVersion(name);
            isMissing |= version is null;
            output += version is null ? $"package {name} is not installed\n" : $"{name}-{version}-1.x86_64\n";
        }
        return new(isMissing ? 1 : 0, output);
    }

    private static ToolOutput Install(HostState host, string[] names, bool yes)
    {
        using var held = PackageLock.TryTake(host.Layout, PackageLock.Rpm);
        if (held is null)
        {
            return new(1, Error: "Error: Failed to obtain the transaction lock (logged in as: root).\n");
        }
        var hasAntPickax = HasSignedRepository(host);
        var found = host.Packages.Where(package => names.Contains(package.Name) && (!package.IsFromAntPickax || hasAntPickax)).ToList();
        var missing = names.Except(found.Select(package => package.Name)).ToList();
        if (missing.Count > 0)
        {
            return new(1, Error: string.Concat(missing.Select(name => $"No match for argument: {name}\n")) + $"Error: Unable to find a match: {string.Join(' ', missing)}\n");
        }
        if (!yes)
        {
            return new(1, Error: "Operation aborted.\n");
        }
        found.ForEach(host.Install);
        return new(0, "Complete!\n");
    }

    private static bool HasSignedRepository(HostState host)
    {
        var directory = Path.Combine(host.Layout.Root, "etc/yum.repos.d");
        return Directory.Exists(directory) && Directory.GetFiles(directory, "*.repo").Any(path =>
        {
            var lines = File.ReadAllLines(path).Select(line => line.Replace(" ", "", StringComparison.Ordinal)).ToList();
            return lines.Contains("gpgcheck=1") && lines.Exists(line => line.StartsWith("baseurl=", StringComparison.Ordinal))
                && lines.Find(line => line.StartsWith("gpgkey=file://", StringComparison.Ordinal)) is { } key
                && File.Exists(Path.Combine(host.Layout.Root, key["gpgkey=file://".Length..].TrimStart('/')));
        });
    }
}
