using SlaveAgent.Hosting;
using SlaveAgent.Settings;

namespace SlaveAgent.Reconciling;

/// <summary>Enables and starts the role's units in their order; on a slave node only once there is a configuration for chmpx, and chmpx only with its user.</summary>
/// <param name="chmpxUnit">The unit that runs chmpx.</param>
public sealed class ServiceController(
    RoleMemory role,
    ConfigurationFile file,
    ChmpxAccount account,
    Supervisor supervisor,
    Systemctl systemctl,
    ServiceSettings settings,
    string chmpxUnit,
    TimeProvider time) : IController
{
    private static readonly TimeSpan SettleTime = TimeSpan.FromMilliseconds(200);

    private const int SettleLooks = 15;

    public ControllerKinds Kind => ControllerKinds.Services;

    public string Name => "start services";

    public bool AsksK2hr3 => false;

    public TimeSpan WatchdogLimit => TimeSpan.FromMinutes(10);

    public async Task<Outcome> RunAsync(CancellationToken cancel)
    {
        // Only looked at: that the file is another one is the next step's to find.
        var hasConfiguration = file.IsThere;
        var isSlaveNode = role.IsSlaveNode ?? hasConfiguration;
        if (role.KeysFor(isSlaveNode) is not { } keys)
        {
            return new Outcome.Waiting("which services the role lists is not known yet");
        }

        if (isSlaveNode && !hasConfiguration)
        {
            return new Outcome.Waiting("there is no configuration yet for chmpx to start with");
        }

        var (units, skipped, refused) = Sort(keys, isSlaveNode);
        if (refused.Count > 0)
        {
            return new Outcome.Failed(
                $"starting services refused: the role lists what no unit can be called: {string.Join(", ", refused.Select(PackageController.Printable))}",
                Consequence.NeedsPerson);
        }

        // Everything that may start chmpx waits for its user; the other units do not.
        var noUser = isSlaveNode ? await account.CheckAsync(cancel) : null;
        if (noUser is not null)
        {
            units.Remove(UnitName.WithSuffix(chmpxUnit));
        }
        else if (isSlaveNode && await supervisor.PrepareAsync(cancel) is { } unprepared)
        {
            return new Outcome.Failed(unprepared);
        }

        var leftOut = await LeftOutAsync(skipped, isSlaveNode, cancel);
        var started = new List<string>();
        foreach (var unit in units)
        {
            if (await systemctl.StateAsync(unit, cancel) == "deactivating")
            {
                // A start would cancel the stop that somebody waits for.
                return new Outcome.Waiting($"{unit} is being stopped; it is started when that is done");
            }

            if (await StartAsync(unit, started, cancel) is { } problem)
            {
                return new Outcome.Failed(problem);
            }
        }

        if (noUser is not null)
        {
            return noUser;
        }

        return started.Count > 0
            ? new Outcome.Changed($"started {string.Join(", ", started)}{leftOut}")
            : new Outcome.Unchanged(units.Count == 0 ? $"the role lists no services{leftOut}" : $"{string.Join(", ", units)} running{leftOut}");
    }

    /// <summary>The units to run in order, those this agent stands in for, and what is no unit's name.</summary>
    private (List<string> Units, List<string> Skipped, List<string> Refused) Sort(RoleKeys keys, bool isSlaveNode)
    {
        var refused = keys.Units.Where(name => !UnitName.IsValid(name)).ToList();
        var names = keys.Units.Except(refused).Select(UnitName.WithSuffix).Distinct().ToList();
        var skipped = isSlaveNode || !role.IsSurelyOther ? names.Where(settings.Superseded.Contains).ToList() : [];
        return (names.Except(skipped).ToList(), skipped, refused);
    }

    /// <summary>Message on the units this agent stands in for; two that write the configuration by turns are a person's to part.</summary>
    private async Task<string> LeftOutAsync(List<string> skipped, bool isSlaveNode, CancellationToken cancel)
    {
        if (skipped.Count == 0)
        {
            return string.Empty;
        }

        var words = $"; left out, {PackageController.WhyLeftOut(isSlaveNode)}: {string.Join(", ", skipped)}";
        foreach (var unit in isSlaveNode ? skipped : [])
        {
            if (await systemctl.StateAsync(unit, cancel) is "active")
            {
                return $"{words}, but {unit} runs and writes the configuration too: run k2hdkc-slave-agent adopt";
            }
        }

        return words;
    }

    private async Task<string?> StartAsync(string unit, List<string> started, CancellationToken cancel)
    {
        if (!await systemctl.IsEnabledAsync(unit, cancel) && await systemctl.EnableAsync(unit, cancel) is { IsDone: false } notEnabled)
        {
            return $"enabling {unit} failed: {notEnabled.LastLines()}";
        }

        if (await systemctl.StateAsync(unit, cancel) is "active" or "activating" or "reloading")
        {
            return null;
        }

        if (await systemctl.StartAsync(unit, cancel) is { IsDone: false } notStarted)
        {
            return $"starting {unit} failed: {notStarted.LastLines()}";
        }

        started.Add(unit);
        return await WhyNotRunningAsync(unit, cancel);
    }

    private async Task<string?> WhyNotRunningAsync(string unit, CancellationToken cancel)
    {
        for (var look = 0; look < SettleLooks; look++)
        {
            switch (await systemctl.StateAsync(unit, cancel))
            {
                case "active":
                    return null;
                case "failed":
                    return $"{unit} failed to start: {await systemctl.LastLinesAsync(unit, cancel)}";
                default:
                    await Task.Delay(SettleTime, time, cancel);
                    break;
            }
        }

        // A queued job, as in a first boot, or a unit that ends at once; the next look sees.
        return null;
    }
}
