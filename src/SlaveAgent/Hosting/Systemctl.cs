using System.Collections.Immutable;

namespace SlaveAgent.Hosting;

/// <summary>systemd's units, through systemctl.</summary>
public sealed class Systemctl(CommandRunner commands)
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The kept part of a tool's output has room for the properties of this many units.</summary>
    private const int UnitsPerCall = 8;

    /// <summary>A packaged chmpx takes the stop timeout to stop (Chmpx/README.md, "Signals"), 90 s by default.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromMinutes(3);

    /// <summary>For example <c>active</c>, <c>activating</c>, <c>inactive</c> or <c>failed</c>.</summary>
    public async Task<string> StateAsync(string unit, CancellationToken cancel) =>
        (await RunAsync(CommandTimeout, cancel, "is-active", "--", unit)).LastLines(1);

    /// <summary>The status of several units, from one call; an invalid unit name is skipped.</summary>
    /// <returns>By the given names; null when systemd does not answer.</returns>
    public async Task<ImmutableDictionary<string, UnitStatus>?> ShowAsync(IReadOnlyCollection<string> units, CancellationToken cancel)
    {
        var found = ImmutableDictionary<string, UnitStatus>.Empty.WithComparers(StringComparer.Ordinal);
        foreach (var some in units.Where(UnitName.IsValid).Chunk(UnitsPerCall))
        {
            var result = await RunAsync(CommandTimeout, cancel, ["show", "-p", UnitStatusReader.Properties, "--", .. some]);
            if (result.ExitCode is null)
            {
                return null;
            }

            found = found.SetItems(UnitStatusReader.Read(result.Output, some));
        }

        return units.Count > 0 && found.IsEmpty ? null : found;
    }

    /// <summary>The active units that name this one in <c>Requires=</c> or <c>BindsTo=</c>: a restart would stop or restart them, too.</summary>
    /// <returns>Null when systemd does not answer.</returns>
    public async Task<ImmutableArray<string>?> ActiveDependentsAsync(string unit, CancellationToken cancel)
    {
        if (await DependentsAsync(unit, cancel) is not { } dependents)
        {
            return null;
        }

        return dependents.IsEmpty ? [] : await ShowAsync(dependents, cancel) is { } states ? [.. dependents.Where(name => states.TryGetValue(name, out var state) && state.IsActive)] : null;
    }

    public async Task<bool> IsEnabledAsync(string unit, CancellationToken cancel) =>
        (await RunAsync(CommandTimeout, cancel, "is-enabled", "--quiet", "--", unit)).IsDone;

    public Task<CommandResult> EnableAsync(string unit, CancellationToken cancel) => RunAsync(CommandTimeout, cancel, "enable", "--", unit);

    public Task<CommandResult> DisableAsync(string unit, CancellationToken cancel) => RunAsync(CommandTimeout, cancel, "disable", "--", unit);

    /// <summary>Requests the start and does not wait: during a first boot, the job may itself wait for this one (Hosting/README.md, "First boot").</summary>
    public Task<CommandResult> StartAsync(string unit, CancellationToken cancel) => RunAsync(CommandTimeout, cancel, "start", "--no-block", "--", unit);

    /// <summary>Restarts a running unit; a stopped or stopping one stays so, because a restart would cancel the stop.</summary>
    public Task<CommandResult> TryRestartAsync(string unit, CancellationToken cancel) => RunAsync(CommandTimeout, cancel, "try-restart", "--no-block", "--", unit);

    public Task<CommandResult> StopAsync(string unit, CancellationToken cancel) => RunAsync(StopTimeout, cancel, "stop", "--", unit);

    /// <summary>Requests the stop and does not wait.</summary>
    public Task<CommandResult> StopSoonAsync(string unit, CancellationToken cancel) => RunAsync(CommandTimeout, cancel, "stop", "--no-block", "--", unit);

    /// <summary>Makes systemd reload its unit files.</summary>
    public Task<CommandResult> ReloadUnitsAsync(CancellationToken cancel) => RunAsync(CommandTimeout, cancel, "daemon-reload");

    /// <summary>The loaded units that name this one in <c>Requires=</c> or <c>BindsTo=</c>; none when it does not answer.</summary>
    public async Task<IReadOnlyList<string>> RequiredByAsync(string unit, CancellationToken cancel) => await DependentsAsync(unit, cancel) ?? [];

    /// <summary>The unit's last log lines, for a message about its failure.</summary>
    public async Task<string> LastLinesAsync(string unit, CancellationToken cancel)
    {
        var journal = await commands.RunAsync("journalctl", ["--no-pager", "-q", "-o", "cat", "-n", "3", "-u", unit], CommandTimeout, cancel);
        return journal.IsDone ? journal.LastLines() : string.Empty;
    }

    /// <summary>Not by ShowAsync: a unit without a status block has no dependents either.</summary>
    private async Task<ImmutableArray<string>?> DependentsAsync(string unit, CancellationToken cancel)
    {
        var result = await RunAsync(CommandTimeout, cancel, "show", "--value", "-p", "RequiredBy", "-p", "BoundBy", "--", unit);
        return result.IsDone ? [.. result.Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Distinct()] : null;
    }

    private Task<CommandResult> RunAsync(TimeSpan timeout, CancellationToken cancel, params string[] arguments) =>
        commands.RunAsync("systemctl", arguments, timeout, cancel);
}
