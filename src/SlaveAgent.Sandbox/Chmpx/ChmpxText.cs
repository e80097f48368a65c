using System.Globalization;
using SlaveAgent.Sandbox.Cluster;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>How chmpx writes the values that its answers share.</summary>
internal static class ChmpxText
{
    public const string Version = "Version 1.0.113 (commit: c569e0e) with OpenSSL\n";

    public static string Status(RingStatus status) =>
        $"SAFE -> {Ring(status)}[{(status.HasFlag(RingStatus.Up) ? "UP" : "DOWN")}]{Action(status)}{Operation(status)}[{(status.HasFlag(RingStatus.Suspend) ? "Suspend" : "NoSuspend")}]";

    public static string Hex(ulong value) => $"0x{value:x}";

    /// <summary>DUMP prints a bare 0 where the value is 0.</summary>
    public static string DumpHex(ulong value) => value == 0 ? "0" : Hex(value);

    /// <summary>Seconds in the upper 40 bits, microseconds in the lower 24.</summary>
    public static long Stamp(DateTimeOffset time) => (time.ToUnixTimeSeconds() << 24) | (uint)(time.Millisecond * 1000 + time.Microsecond);

    public static string LastUpdate(DateTimeOffset time) => string.Create(CultureInfo.InvariantCulture,
        $"{time.UtcDateTime:yyyy-MM-dd HH'h' mm'm' ss's'} {time.Millisecond}ms {time.Microsecond}us({Stamp(time)})");

    /// <summary>An ID derived from a node's seed; the real one also uses an FNV hash.</summary>
    public static ulong Id(string seed) => seed.Aggregate(0xcbf29ce484222325, (hash, character) => unchecked((hash ^ character) * 0x100000001b3)) >> 8;

    private static string Ring(RingStatus status) =>
        status.HasFlag(RingStatus.ServiceIn) ? "[SERVICE IN]" : status.HasFlag(RingStatus.ServiceOut) ? "[SERVICE OUT]" : "[SLAVE]";

    private static string Action(RingStatus status) =>
        status.HasFlag(RingStatus.Add) ? "[ADD]" : status.HasFlag(RingStatus.Delete) ? "[DELETE]" : "[n/a]";

    private static string Operation(RingStatus status) => (status & RingStatus.Done) switch
    {
        RingStatus.Pending => "[Pending]",
        RingStatus.Doing => "[Doing]",
        RingStatus.Done => "[Done]",
        _ => "[Nothing]",
    };
}
