using System.Collections.Immutable;
using SlaveAgent.Hosting;

namespace SlaveAgent.Tests.Simulation;

/// <summary>
/// systemd of a simulated host: units with the states that systemd shows. Its tools fail, lie (say they are done and do nothing), or hang for their whole
/// deadline, as the world orders.
/// </summary>
internal sealed class SimulatedSystemd(SimulatedWorld world)
{
    private SimulatedWorld World { get; } = world;

    public Dictionary<string, SimulatedUnit> Units { get; } = new(StringComparer.Ordinal);

    /// <summary>Requests, such as <c>start app.service</c>, in their order.</summary>
    public List<string> Requests { get; } = [];

    public int Shows { get; private set; }

    public ISystemd For(Func<bool> isAlive) => new Tools(this, isAlive);

    private async Task<CommandResult> ActAsync(string request, Func<bool> isAlive, Action act)
    {
        Requests.Add(request);
        switch (World.ToolTrouble())
        {
            case ToolTrouble.Fails:
                return new CommandResult(1, "simulated failure");
            case ToolTrouble.Lies:
                return new CommandResult(0, string.Empty);
            case ToolTrouble.Hangs:
                await World.Time.Delay(TimeSpan.FromSeconds(30));
                await SimulatedWorld.WhileAliveAsync(isAlive);
                return new CommandResult(null, "did not end within 30 s");
            default:
                await World.Time.Delay(TimeSpan.FromMilliseconds(20));
                act();
                await SimulatedWorld.WhileAliveAsync(isAlive);
                return new CommandResult(0, string.Empty);
        }
    }

    private sealed class Tools(SimulatedSystemd systemd, Func<bool> isAlive) : ISystemd
    {
        public async Task<ImmutableDictionary<string, UnitStatus>?> ShowAsync(IReadOnlyCollection<string> units, CancellationToken cancel)
        {
            systemd.Shows++;
            if (systemd.World.ToolTrouble() is not (ToolTrouble.None or ToolTrouble.Lies) and var trouble)
            {
                await systemd.World.Time.Delay(trouble == ToolTrouble.Hangs ? TimeSpan.FromSeconds(30) : TimeSpan.FromMilliseconds(20), CancellationToken.None);
                await SimulatedWorld.WhileAliveAsync(isAlive);
                return null;
            }

            await systemd.World.Time.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
            await SimulatedWorld.WhileAliveAsync(isAlive);
            return units.ToImmutableDictionary(unit => unit, unit => systemd.Units.TryGetValue(unit, out var known) ? known.Status() : SimulatedUnit.NotFound(unit), StringComparer.Ordinal);
        }

        public Task<ImmutableArray<string>?> ActiveDependentsAsync(string unit, CancellationToken cancel) => Task.FromResult<ImmutableArray<string>?>([]);

        public Task<CommandResult> EnableAsync(string unit, CancellationToken cancel) => systemd.ActAsync($"enable {unit}", isAlive, () => systemd.Units[unit].IsEnabled = true);

        public Task<CommandResult> DisableAsync(string unit, CancellationToken cancel) => systemd.ActAsync($"disable {unit}", isAlive, () => systemd.Units[unit].IsEnabled = false);

        public Task<CommandResult> StartAsync(string unit, CancellationToken cancel) => systemd.ActAsync($"start {unit}", isAlive, () => systemd.Units[unit].Start());

        public Task<CommandResult> TryRestartAsync(string unit, CancellationToken cancel) => systemd.ActAsync($"try-restart {unit}", isAlive, () =>
        {
            if (systemd.Units[unit].Active == UnitActiveState.Active)
            {
                systemd.Units[unit].Stop();
                systemd.Units[unit].Start();
            }
        });

        public Task<CommandResult> StopAsync(string unit, CancellationToken cancel) => systemd.ActAsync($"stop {unit}", isAlive, () => systemd.Units[unit].Stop());

        public Task<CommandResult> RequestStopAsync(string unit, CancellationToken cancel) => StopAsync(unit, cancel);

        public Task<CommandResult> ReloadUnitsAsync(CancellationToken cancel) => systemd.ActAsync("daemon-reload", isAlive, () =>
        {
            foreach (var unit in systemd.Units.Values)
            {
                unit.Load();
            }
        });

        public Task<string> LastLinesAsync(string unit, CancellationToken cancel) => Task.FromResult(string.Empty);
    }
}
