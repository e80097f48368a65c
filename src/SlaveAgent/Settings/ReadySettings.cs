namespace SlaveAgent.Settings;

/// <param name="Follow">Whether <c>k2hdkc-slave-ready.target</c> is stopped when the connection is lost; otherwise it stays active once reached, so that no service stops during a short interruption.</param>
public sealed record ReadySettings(bool Follow)
{
    public static ReadySettings From(SettingsValues values) => new(values.Flag("ready.follow", false));
}
