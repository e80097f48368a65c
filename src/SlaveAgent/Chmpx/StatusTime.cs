namespace SlaveAgent.Chmpx;

/// <summary>
/// The number behind chmpx's "Last Update" (<c>last_status_time</c>): seconds since 1970 in the upper 40 bits, microseconds in the lower 24; of a chmpx from
/// before that, seconds alone. The text before the number is in the server's local time, which nothing tells. Pure.
/// </summary>
public static class StatusTime
{
    private const int MicrosecondBits = 24;

    /// <summary>So many seconds are 34,000 years: a number below it is of the older kind.</summary>
    private const long LeastWithMicroseconds = 1L << 40;

    /// <summary>The last second of the year 9999.</summary>
    private const long LastSecond = 253_402_300_799;

    /// <summary>The time, or null for 0 (never) and for what is no time.</summary>
    public static DateTimeOffset? Decode(long number)
    {
        var (seconds, microseconds) = number >= LeastWithMicroseconds
            ? (number >> MicrosecondBits, number & ((1 << MicrosecondBits) - 1))
            : (number, 0);
        return seconds is > 0 and < LastSecond ? DateTimeOffset.FromUnixTimeSeconds(seconds).AddMicroseconds(Math.Min(microseconds, 999_999)) : null;
    }
}
