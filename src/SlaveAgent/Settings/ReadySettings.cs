namespace SlaveAgent.Settings;

/// <param name="Follow">Whether <c>k2hdkc-slave-ready.target</c> leaves with the connection; else it stays once it was reached, so that no service dies of a blip.</param>
public sealed record ReadySettings(bool Follow)
{
    public static ReadySettings From(SettingsValues values) => new(values.Flag("ready.follow", false));
}
