using SlaveAgent.Hosting;

namespace SlaveAgent.Reconciling;

/// <summary>Sends requests to systemd.</summary>
public static class UnitRequests
{
    public static Task<CommandResult> SendAsync(this ISystemd systemd, UnitAction action, CancellationToken cancel) => action.Kind switch
    {
        UnitActionKind.ReloadUnits => systemd.ReloadUnitsAsync(cancel),
        UnitActionKind.Enable => systemd.EnableAsync(action.Unit, cancel),
        UnitActionKind.Start => systemd.StartAsync(action.Unit, cancel),
        UnitActionKind.Restart => systemd.TryRestartAsync(action.Unit, cancel),
        _ => systemd.RequestStopAsync(action.Unit, cancel),
    };
}
