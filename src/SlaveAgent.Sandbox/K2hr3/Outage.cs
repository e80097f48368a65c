using System.Globalization;

namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>A state of the service and of the store behind it (k2hr3-api.md, "The store behind K2HR3 in trouble").</summary>
public sealed record Outage(OutageMode Mode, TimeSpan Delay = default, int Status = 0)
{
    public static Outage None { get; } = new(OutageMode.Healthy);

    /// <summary>Reads <c>stopped</c>, <c>store-paused</c>, <c>status:503</c> and so on.</summary>
    public static Outage Parse(string text, TimeSpan? delay = null) => text switch
    {
        "healthy" => None,
        "stopped" => new(OutageMode.Stopped),
        // Recorded: 21.7 s until the 401. Nobody at a terminal waits that long for one beat.
        "store-paused" => new(OutageMode.StorePaused, delay ?? TimeSpan.FromSeconds(2)),
        "store-gone" => new(OutageMode.StoreGone),
        "mid-request" => new(OutageMode.MidRequest),
        "slow" => new(OutageMode.Slow, delay ?? TimeSpan.FromSeconds(3)),
        _ when text.StartsWith("status:", StringComparison.Ordinal)
            && int.TryParse(text.AsSpan(7), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            && code is >= 100 and <= 599 => new(OutageMode.Status, Status: code),
        _ => throw new FormatException($"'{text}' is none of healthy, stopped, store-paused, store-gone, mid-request, slow, status:<code>"),
    };
}
