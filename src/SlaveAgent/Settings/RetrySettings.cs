namespace SlaveAgent.Settings;

/// <summary>Delays after a failure: exponential from <paramref name="First"/>, capped, with full jitter, without a limit on attempts.</summary>
public sealed record RetrySettings(TimeSpan First, TimeSpan Cap)
{
    public static RetrySettings From(SettingsValues values) => new(
        values.Duration("retry.first", TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(10)),
        values.Duration("retry.cap", TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(10)));
}
