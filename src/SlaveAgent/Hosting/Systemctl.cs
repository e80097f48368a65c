using System.Collections.Immutable;

namespace SlaveAgent.Hosting;

/// <summary>systemd's units, through systemctl.</summary>
public sealed class Systemctl(CommandRunner commands) : ISystemd
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The kept part of a tool's output has room for the properties of this many units.</summary>
    private const int UnitsPerCall = 8;

    /// <summary>A packaged chmpx takes the stop time-out to end (Chmpx/README.md, "Signals"), 90 s by systemd's default.</summary>
    private static readonly TimeSpan StopTimeout = TimeSpan.FromMinutes(3);

    /// <summary>For example <c>active</c>, <c>activating</c>, <c>inactive</c> or <c>failed</c>.</summary>
    private async Task<string> StateAsync(string unit, CancellationToken cancel) =>
        (await RunAsync(CommandTimeout, cancel, "is-active", "--", unit)).LastLines(1);

    public async Task<ImmutableDictionary<string, UnitStatus>?> ShowAsync(IReadOnlyCollection<string> units, CancellationToken cancel)
    {
        var found = ImmutableDictionary<string, UnitStatus>.Empty.WithComparers(StringComparer.Ordinal);
        foreach (var some in units.Where(name => UnitName.IsValid(name) && !UnitName.IsTemplate(name)).Chunk(UnitsPerCall))
        {
            var result = await RunAsync(CommandTimeout, cancel, ["show", "-p", UnitStatusReader.Properties, "--", .. some]);
            if (result.ExitCode is null)
            {
                return null;
            }

            found = found.SetItems(result.IsDone && string.IsNullOrWhiteSpace(result.Output)
                ? await AskOneByOneAsync(some, cancel)
                : UnitStatusReader.Read(result.Output, some));
        }

        return units.Count > 0 && found.IsEmpty ? null : found;
    }

    public async Task<ImmutableArray<string>?> ActiveDependentsAsync(string unit, CancellationToken cancel)
    {
        if (await DependentsAsync(unit, cancel) is not { } dependents)
        {
            return null;
        }

        return dependents.IsEmpty ? [] : await ShowAsync(dependents, cancel) is { } states ? [.. dependents.Where(name => states.TryGetValue(name, out var state) && state.IsActive)] : null;
    }

    private async Task<bool> IsEnabledAsync(string unit, CancellationToken cancel) =>
        (await RunAsync(CommandTimeout, cancel, "is-enabled", "--quiet", "--", unit)).IsDone;

    public Task<CommandResult> EnableAsync(string unit, CancellationToken cancel) => RunAsync(CommandTimeout, cancel, "enable", "--", unit);

    public Task<CommandResult> DisableAsync(string unit, CancellationToken cancel) => RunAsync(CommandTimeout, cancel, "disable", "--", unit);

    public Task<CommandResult> StartAsync(string unit, CancellationToken cancel) => RunAsync(CommandTimeout, cancel, "start", "--no-block", "--", unit);

    public Task<CommandResult> TryRestartAsync(string unit, CancellationToken cancel) => RunAsync(CommandTimeout, cancel, "try-restart", "--no-block", "--", unit);

    public Task<CommandResult> StopAsync(string unit, CancellationToken cancel) => RunAsync(StopTimeout, cancel, "stop", "--", unit);

    public Task<CommandResult> RequestStopAsync(string unit, CancellationToken cancel) => RunAsync(CommandTimeout, cancel, "stop", "--no-block", "--", unit);

    public Task<CommandResult> ReloadUnitsAsync(CancellationToken cancel) => RunAsync(CommandTimeout, cancel, "daemon-reload");

    public async Task<string> LastLinesAsync(string unit, CancellationToken cancel)
    {
        var journal = await commands.RunAsync("journalctl", ["--no-pager", "-q", "-o", "cat", "-n", "3", "-u", unit], CommandTimeout, cancel);
        return journal.IsDone ? journal.LastLines() : string.Empty;
    }

    /// <summary>By what every systemctl knows: one that stands in for systemd's, as in a container, may have nothing to show.</summary>
    private async Task<Dictionary<string, UnitStatus>> AskOneByOneAsync(IEnumerable<string> units, CancellationToken cancel)
    {
        var found = new Dictionary<string, UnitStatus>(StringComparer.Ordinal);
        foreach (var unit in units)
        {
            found[unit] = UnitStatusReader.ReadStates(unit, await StateAsync(unit, cancel), await IsEnabledAsync(unit, cancel));
        }

        return found;
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
