using System.Collections.Immutable;

namespace SlaveAgent.Hosting;

/// <summary>systemd's units. Every call is bounded in time; what was asked for is no proof of its effect, which has to be observed.</summary>
public interface ISystemd
{
    /// <summary>Why the services of this host are not systemd's, as a part of a sentence; null where they are.</summary>
    string? WhyAbsent => null;

    /// <summary>What systemd says of several units, asked at once; one that cannot be a unit, or is a template, is left out.</summary>
    /// <returns>By the names given; null when systemd does not answer.</returns>
    Task<ImmutableDictionary<string, UnitStatus>?> ShowAsync(IReadOnlyCollection<string> units, CancellationToken cancel);

    /// <summary>The active units that name this one in <c>Requires=</c> or <c>BindsTo=</c>: what a restart of it would take down or restart with it.</summary>
    /// <returns>Null when systemd does not answer.</returns>
    Task<ImmutableArray<string>?> ActiveDependentsAsync(string unit, CancellationToken cancel);

    Task<CommandResult> EnableAsync(string unit, CancellationToken cancel);

    Task<CommandResult> DisableAsync(string unit, CancellationToken cancel);

    /// <summary>Requests the start and does not wait: in a first boot, waiting can be for a job that waits for this one.</summary>
    Task<CommandResult> StartAsync(string unit, CancellationToken cancel);

    /// <summary>Restarts a unit that runs; one that is stopped, or being stopped, is left alone: a restart would cancel somebody's stop.</summary>
    Task<CommandResult> TryRestartAsync(string unit, CancellationToken cancel);

    /// <summary>Stops it, and waits until it has stopped.</summary>
    Task<CommandResult> StopAsync(string unit, CancellationToken cancel);

    /// <summary>Requests the stop and does not wait.</summary>
    Task<CommandResult> RequestStopAsync(string unit, CancellationToken cancel);

    /// <summary>Has systemd read its unit files again.</summary>
    Task<CommandResult> ReloadUnitsAsync(CancellationToken cancel);

    /// <summary>The unit's last lines in the journal, for a message about its failure; empty where there are none.</summary>
    Task<string> LastLinesAsync(string unit, CancellationToken cancel);
}
