using System.Globalization;
using SlaveAgent.Composition;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Roles;

namespace SlaveAgent.Diagnosing;

/// <summary>Gathers what a support bundle holds. What is missing is left out; nothing of it has to be right.</summary>
internal sealed class BundleSources(Setup setup, DiagnosedHost host)
{
    private const int JournalLines = 3000;

    private static readonly TimeSpan ToolTimeout = TimeSpan.FromSeconds(10);

    private static readonly string[] Packages = ["chmpx", "k2hdkc", "libchmpx*", "libk2hdkc*", "libk2hash*", "libfullock*", "k2hr3-get-resource", "k2hdkc-*", "systemd"];

    /// <param name="status">As <c>status --json</c> prints it.</param>
    public async Task<IReadOnlyList<BundleEntry>> GatherAsync(string status, string doctor, CancellationToken cancel)
    {
        var root = setup.Root;
        var units = host.Systemd.WhyAbsent is not null ? [] : new[] { AgentUnits.Daemon, AgentUnits.Bootstrap, AgentUnits.Ready, AgentUnits.Hook, UnitName.WithSuffix(setup.Settings.Chmpx.Unit) }
            .Concat((RoleKeys.Load(root.Agent.RoleKeys)?.Units ?? []).Where(UnitName.IsValid).Select(UnitName.WithSuffix)).Distinct().ToList();
        var tools = units.SelectMany(unit => new[]
        {
            ToolAsync($"units/{unit}.show.txt", cancel, "systemctl", "show", "--no-pager", "--", unit),
            ToolAsync($"units/{unit}.cat.txt", cancel, "systemctl", "cat", "--no-pager", "--", unit),
            ToolAsync($"journal/{unit}.txt", cancel, "journalctl", "--no-pager", "-q", "-o", "short-iso-precise", "-n", JournalLines.ToString(CultureInfo.InvariantCulture), "-u", unit),
        })
        .Append(ToolAsync("versions/dpkg.txt", cancel, ["dpkg-query", "-W", .. Packages]))
        .Append(ToolAsync("versions/rpm.txt", cancel, ["rpm", "-qa", .. Packages]));
        var results = await Task.WhenAll(tools);
        var files = new[] { root.Agent.SettingsFile, Path.ChangeExtension(root.Agent.SettingsFile, ".yml") }.Select(path => (Name: $"settings/{Path.GetFileName(path)}", Path: path))
            .Concat(In(root.Agent.SettingsDirectory, "*", "settings/conf.d"))
            .Append((Name: $"ini/{Path.GetFileName(host.File.Path)}", Path: host.File.Path))
            .Concat(In(root.Agent.GenerationsDirectory, "*.ini", "ini/generations"))
            // Not below it: there are the identity and its token.
            .Concat(In(root.Agent.StateDirectory, "*.json", "state"))
            .Concat(In(root.Agent.StateDirectory, "history*", "state"))
            .Concat(In(root.Agent.RuntimeDirectory, "*.json", "run"))
            .Concat(In(root.At("/etc/antpickax"), "override.conf", "settings"))
            .Append((Name: "versions/os-release", Path: root.At("/etc/os-release")))
            .DistinctBy(file => file.Name)
            .Select(file => (file.Name, Text: RegularFile.TryRead(file.Path)))
            .Where(file => file.Text is not null)
            .Select(file => BundleEntry.Of(file.Name, file.Text!));
        BundleEntry[] entries =
        [
            new("status.json", status),
            new("doctor.json", doctor),
            new("versions/agent.txt", $"k2hdkc-slave-agent {AgentVersion.Text}\n{Environment.OSVersion}\n"),
            .. files,
            .. results.OfType<BundleEntry>(),
        ];
        return [.. entries.Select(entry => entry with { Text = BundleSecrets.Redact(entry.Text) })];
    }

    private static IEnumerable<(string Name, string Path)> In(string directory, string pattern, string under) => !Directory.Exists(directory)
        ? []
        : Directory.EnumerateFiles(directory, pattern).Where(path => !Path.GetFileName(path).StartsWith('.')).Order(StringComparer.Ordinal).Select(path => ($"{under}/{Path.GetFileName(path)}", path));

    private async Task<BundleEntry?> ToolAsync(string name, CancellationToken cancel, params string[] command)
    {
        var result = await host.Commands.RunAsync(command[0], command[1..], ToolTimeout, cancel, kept: BundleEntry.Largest / 2);
        return result.Failure == CommandFailure.NotOnPath || string.IsNullOrWhiteSpace(result.Output) ? null : BundleEntry.Of(name, result.Output);
    }
}
