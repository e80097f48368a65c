using SlaveAgent.Settings;

namespace SlaveAgent.Commands;

/// <summary>How long a command tries, as <c>--timeout</c> says it.</summary>
internal static class TimeLimit
{
    public const string Endless = "infinity";

    /// <summary>A timer of .NET's counts milliseconds in 32 bits, 49.7 days; who waits for longer than this waits for ever.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(45);

    /// <exception cref="SettingsException">The text is no duration.</exception>
    public static TimeSpan Parse(string text) =>
        text == Endless ? Timeout.InfiniteTimeSpan
        : Durations.TryParse(text) is { } limit ? limit > LongestTimer ? Timeout.InfiniteTimeSpan : limit
        : throw new SettingsException(SettingsCode.NotADuration, $"--timeout {text} is no duration, such as 90s, 5m or {Endless}.", name: "--timeout");
}
