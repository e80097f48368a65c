using System.Collections.Immutable;

namespace SlaveAgent.Hosting;

/// <summary>A host without systemd, such as a container: there are no units, no tool is run, and nobody is asked.</summary>
/// <param name="why">As a part of a sentence.</param>
public sealed class NoSystemd(string why) : ISystemd
{
    public string? WhyAbsent => why;

    public Task<ImmutableDictionary<string, UnitStatus>?> ShowAsync(IReadOnlyCollection<string> units, CancellationToken cancel) =>
        Task.FromResult<ImmutableDictionary<string, UnitStatus>?>(null);

    public Task<ImmutableArray<string>?> ActiveDependentsAsync(string unit, CancellationToken cancel) => Task.FromResult<ImmutableArray<string>?>([]);

    public Task<CommandResult> EnableAsync(string unit, CancellationToken cancel) => NotDone();

    public Task<CommandResult> DisableAsync(string unit, CancellationToken cancel) => NotDone();

    public Task<CommandResult> StartAsync(string unit, CancellationToken cancel) => NotDone();

    public Task<CommandResult> TryRestartAsync(string unit, CancellationToken cancel) => NotDone();

    public Task<CommandResult> StopAsync(string unit, CancellationToken cancel) => NotDone();

    public Task<CommandResult> RequestStopAsync(string unit, CancellationToken cancel) => NotDone();

    public Task<CommandResult> ReloadUnitsAsync(CancellationToken cancel) => NotDone();

    public Task<string> LastLinesAsync(string unit, CancellationToken cancel) => Task.FromResult(string.Empty);

    private Task<CommandResult> NotDone() => Task.FromResult(new CommandResult(null, why, CommandFailure.NotStarted));
}
