using System.Globalization;

namespace SlaveAgent.Settings;

/// <summary>Durations such as <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>1h</c>, <c>2d</c>.</summary>
public static class Durations
{
    private static readonly TimeSpan Max = TimeSpan.FromDays(366);

    public static TimeSpan? TryParse(string text)
    {
        var unitAt = text.AsSpan().IndexOfAnyExcept("0123456789.");
        if (unitAt <= 0
            || !double.TryParse(text.AsSpan(0, unitAt), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || UnitOf(text.AsSpan(unitAt).Trim()) is not { } unit
            || number * unit.TotalSeconds > Max.TotalSeconds)
        {
            return null;
        }

        return unit * number;
    }

    private static TimeSpan? UnitOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ms" => TimeSpan.FromMilliseconds(1),
        "s" => TimeSpan.FromSeconds(1),
        "m" or "min" => TimeSpan.FromMinutes(1),
        "h" => TimeSpan.FromHours(1),
        "d" => TimeSpan.FromDays(1),
        _ => null,
    };
}
