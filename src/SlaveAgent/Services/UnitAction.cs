namespace SlaveAgent.Services;

/// <summary>A request to systemd.</summary>
/// <param name="Unit">Empty for <see cref="UnitActionKind.ReloadUnits"/>.</param>
public readonly record struct UnitAction(UnitActionKind Kind, string Unit)
{
    public override string ToString() => Kind switch
    {
        UnitActionKind.ReloadUnits => "systemctl daemon-reload",
        UnitActionKind.Enable => $"enabling {Unit}",
        UnitActionKind.Start => $"starting {Unit}",
        UnitActionKind.Restart => $"restarting {Unit}",
        _ => $"stopping {Unit}",
    };
}
