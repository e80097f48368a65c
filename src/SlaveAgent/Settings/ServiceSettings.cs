namespace SlaveAgent.Settings;

/// <param name="Superseded">Units of the role that this agent replaces, not started on a slave node.</param>
public sealed record ServiceSettings(IReadOnlyList<string> Superseded)
{
    public ServiceManager Manager { get; init; }

    public static ServiceSettings From(SettingsValues values) =>
        new(values.List("services.superseded") ?? ["k2hr3-get-resource.timer", "k2hr3-get-resource.service"])
        {
            Manager = values.Choice("services.manager", ServiceManager.Auto, Managers),
        };

    private static readonly Dictionary<string, ServiceManager> Managers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["auto"] = ServiceManager.Auto,
        ["systemd"] = ServiceManager.Systemd,
        ["none"] = ServiceManager.None,
    };
}
