using System.CommandLine;
using System.Text.RegularExpressions;

namespace SlaveAgent.Sandbox.HostTools;

/// <summary><c>dpkg-query -W</c> and the few <c>dpkg</c> options that scripts use.</summary>
internal static partial class Dpkg
{
    public static ToolOutput Query(HostState host, IReadOnlyList<string> arguments)
    {
        var format = new Option<string>("-f", "--showformat") { DefaultValueFactory = _ => "${binary:Package}\t${Version}\n" };
        var show = new Option<bool>("-W", "--show");
        var packages = new Argument<string[]>("packages") { Arity = ArgumentArity.ZeroOrMore };
        var parsed = new Command("dpkg-query") { format, show, packages }.Parse(arguments);
        var output = "";
        var error = "";
        foreach (var name in parsed.GetValue(packages) is { Length: > 0 } named ? named : [.. host.Installed])
        {
            if (host.InstalledVersion(name) is not { } version)
            {
                error += $"dpkg-query: no packages found matching {name}\n";
                continue;
            }
            output += Field().Replace(parsed.GetRequiredValue(format).Replace("\\n", "\n", StringComparison.Ordinal), field => field.Groups[1].Value switch
            {
                "Package" or "binary:Package" => name,
                "Version" => version,
                "Architecture" => "amd64",
                "Status" => "install ok installed",
                "db:Status-Status" => "installed",
                "db:Status-Abbrev" => "ii ",
                _ => "",
            });
        }
        return new(error.Length > 0 ? 1 : 0, output, error);
    }

    public static ToolOutput Run(HostState host, IReadOnlyList<string> arguments)
    {
        if (arguments.Contains("--configure"))
        {
            host.IsInterrupted = false;
            return new(0);
        }
        return arguments switch
        {
            ["--print-architecture"] => new(0, "amd64\n"),
            ["-s" or "--status", var name] => host.InstalledVersion(name) is { } version
                ? new(0, $"Package: {name}\nStatus: install ok installed\nVersion: {version}\n")
                : new(1, Error: $"dpkg-query: package '{name}' is not installed and no information is available\n"),
            _ => new(2, Error: $"dpkg: error: unknown option {string.Join(' ', arguments)}\n"),
        };
    }

    [GeneratedRegex(@"\$\{([^}]+)\}")]
    private static partial Regex Field();
}
