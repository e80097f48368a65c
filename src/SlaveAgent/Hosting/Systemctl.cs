using System.Collections.Immutable;

namespace SlaveAgent.Hosting;

/// <summary>systemd's units, through systemctl.</summary>
public sealed class Systemctl(CommandRunner commands)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>What is kept of a tool's output has room for the properties of so many.</summary>
    private const int ShownAtOnce = 8;

    /// <summary>A packaged chmpx takes the stop time-out to end (Chmpx/README.md, "Signals"), 90 s by systemd's default.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromMinutes(3);

    /// <summary>Such as <c>active</c>, <c>activating</c>, <c>inactive</c> or <c>failed</c>.</summary>
    public async Task<string> StateAsync(string unit, CancellationToken cancel) =>
        (await RunAsync(Patience, cancel, "is-active", "--", unit)).LastLines(1);

    /// <summary>What systemd says of several units, asked at once; one that cannot be a unit is left out.</summary>
    /// <returns>By the names given; null when systemd does not answer.</returns>
    public async Task<ImmutableDictionary<string, UnitStatus>?> ShowAsync(IReadOnlyCollection<string> units, CancellationToken cancel)
    {
        var found = ImmutableDictionary<string, UnitStatus>.Empty.WithComparers(StringComparer.Ordinal);
        foreach (var some in units.Where(UnitName.IsValid).Chunk(ShownAtOnce))
        {
            var result = await RunAsync(Patience, cancel, ["show", "-p", UnitStatusReader.Properties, "--", .. some]);
            if (result.ExitCode is null)
            {
                return null;
            }

            found = found.SetItems(UnitStatusReader.Read(result.Output, some));
        }

        return units.Count > 0 && found.IsEmpty ? null : found;
    }

    /// <summary>The active units that name this one in <c>Requires=</c> or <c>BindsTo=</c>: what a restart of it would take down or restart with it.</summary>
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
        (await RunAsync(Patience, cancel, "is-enabled", "--quiet", "--", unit)).IsDone;

    public Task<CommandResult> EnableAsync(string unit, CancellationToken cancel) => RunAsync(Patience, cancel, "enable", "--", unit);

    public Task<CommandResult> DisableAsync(string unit, CancellationToken cancel) => RunAsync(Patience, cancel, "disable", "--", unit);

    /// <summary>Asks for the start and does not wait: in a first boot, waiting can be for a job that waits for this one (Hosting/README.md, "First boot").</summary>
    public Task<CommandResult> StartAsync(string unit, CancellationToken cancel) => RunAsync(Patience, cancel, "start", "--no-block", "--", unit);

    /// <summary>Restarts a unit that runs; one that is stopped, or being stopped, is left alone: a restart would cancel somebody's stop.</summary>
    public Task<CommandResult> TryRestartAsync(string unit, CancellationToken cancel) => RunAsync(Patience, cancel, "try-restart", "--no-block", "--", unit);

    public Task<CommandResult> StopAsync(string unit, CancellationToken cancel) => RunAsync(StopPatience, cancel, "stop", "--", unit);

    /// <summary>Asks for the stop and does not wait.</summary>
    public Task<CommandResult> StopSoonAsync(string unit, CancellationToken cancel) => RunAsync(Patience, cancel, "stop", "--no-block", "--", unit);

    /// <summary>Has systemd read its unit files again.</summary>
    public Task<CommandResult> ReloadUnitsAsync(CancellationToken cancel) => RunAsync(Patience, cancel, "daemon-reload");

    /// <summary>The units systemd knows that name this one in <c>Requires=</c> or <c>BindsTo=</c>; none when it does not answer.</summary>
    public async Task<IReadOnlyList<string>> RequiredByAsync(string unit, CancellationToken cancel) => await DependentsAsync(unit, cancel) ?? [];

    /// <summary>The unit's own last words, for a message about its failure.</summary>
    public async Task<string> LastLinesAsync(string unit, CancellationToken cancel)
    {
        var journal = await commands.RunAsync("journalctl", ["--no-pager", "-q", "-o", "cat", "-n", "3", "-u", unit], Patience, cancel);
        return journal.IsDone ? journal.LastLines() : string.Empty;
    }

    /// <summary>Not by ShowAsync: of a unit of which nothing is said, nothing depends on it either.</summary>
    private async Task<ImmutableArray<string>?> DependentsAsync(string unit, CancellationToken cancel)
    {
        var result = await RunAsync(Patience, cancel, "show", "--value", "-p", "RequiredBy", "-p", "BoundBy", "--", unit);
        return result.IsDone ? [.. result.Output.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Distinct()] : null;
    }

    private Task<CommandResult> RunAsync(TimeSpan patience, CancellationToken cancel, params string[] arguments) =>
        commands.RunAsync("systemctl", arguments, patience, cancel);
}
