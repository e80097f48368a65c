using System.CommandLine;
using SlaveAgent.Settings;

namespace SlaveAgent.Commands;

/// <summary>The options of commands that have something left alone for a while.</summary>
internal static class HoldOptions
{
    public static Option<string> Length(string name) => new(name)
    {
        Description = $"For how long, such as 30m, 1h or 2d; {TimeLimit.Endless}: until resume",
        HelpName = "DURATION",
        DefaultValueFactory = _ => "1h",
        CompletionSources = { "30m", "1h", "1d", TimeLimit.Endless },
    };

    public static Option<string?> Reason() => new("--reason") { Description = "Why, for whoever reads the status", HelpName = "TEXT" };

    /// <returns>Null without an end.</returns>
    /// <exception cref="SettingsException">It is no duration.</exception>
    public static DateTimeOffset? Until(string length, DateTimeOffset now) =>
        TimeLimit.Parse(length) is var limit && limit == Timeout.InfiniteTimeSpan ? null : now + limit;
}
