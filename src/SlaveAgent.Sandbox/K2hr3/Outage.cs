using System.Globalization;

namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>
/// A state of the service and of the store behind it. Its answers take as long as the recorded ones did, multiplied by the service's
/// time scale, unless <paramref name="Delay"/> is given.
/// </summary>
public sealed record Outage(OutageMode Mode, TimeSpan? Delay = null, int Status = 0)
{
    /// <summary>Recorded answer time of the real service, whose store takes that long to fail.</summary>
    public TimeSpan RecordedDelay => Mode switch
    {
        OutageMode.StorePaused => TimeSpan.FromSeconds(21.7),
        OutageMode.StoreCutOff => TimeSpan.FromSeconds(29.5),
        OutageMode.Slow => TimeSpan.FromSeconds(10),
        _ => TimeSpan.Zero,
    };

    /// <summary>It answers as it should, if slowly.</summary>
    public bool Answers => Mode is OutageMode.Healthy or OutageMode.Slow;

    /// <summary>What K2HR3 does, as a sentence without its subject.</summary>
    public string InWords => Mode switch
    {
        OutageMode.Healthy => "answers",
        OutageMode.Stopped => "refuses connections",
        OutageMode.StorePaused or OutageMode.StoreCutOff => "takes its time and then calls valid tokens wrong (401)",
        OutageMode.StoreGone => "answers 500 to everything",
        OutageMode.MidRequest => "does not find what it has (404)",
        OutageMode.Slow => "answers slowly",
        _ => string.Create(CultureInfo.InvariantCulture, $"answers {Status} to everything"),
    };

    public static Outage None { get; } = new(OutageMode.Healthy);

    /// <summary>Reads <c>stopped</c>, <c>store-paused</c>, <c>status:503</c> and so on.</summary>
    public static Outage Parse(string text, TimeSpan? delay = null) => text switch
    {
        "healthy" => None,
        "stopped" => new(OutageMode.Stopped),
        "store-paused" => new(OutageMode.StorePaused, delay),
        "store-cut-off" => new(OutageMode.StoreCutOff, delay),
        "store-gone" => new(OutageMode.StoreGone),
        "mid-request" => new(OutageMode.MidRequest),
        "slow" => new(OutageMode.Slow, delay),
        _ when text.StartsWith("status:", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(7), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            && code is >= 100 and <= 599 => new(OutageMode.Status, Status: code),
        _ => throw new FormatException($"'{text}' is no way to fail; there are stopped, store-paused, store-cut-off, store-gone, mid-request, slow and status:CODE, such as status:503."),
    };
}
