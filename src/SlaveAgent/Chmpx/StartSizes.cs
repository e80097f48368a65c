namespace SlaveAgent.Chmpx;

/// <summary>
/// The sizes that chmpx takes at its start only. Its control port shows those of the last reload, which are not in force, so that they have to be kept
/// from the start on. Pure.
/// </summary>
public static class StartSizes
{
    private static readonly string[] Keys =
    [
        "MAXCHMPX", "MAXMQSERVER", "MAXMQCLIENT", "MQPERATTACH", "MAXQPERSERVERMQ", "MAXQPERCLIENTMQ", "MAXMQPERCLIENT",
    ];

    /// <summary>What chmpx takes where a size is not given, and the most it takes (lib/chmstructure.h).</summary>
    private const int DefaultServerQueues = 1;
    private const int MostServerQueues = 128;
    private const int DefaultClientQueues = 8192;
    private const int MostClientQueues = 32_640;

    /// <summary>What a chmpx that does not run as root needs <c>fs.mqueue.msg_max</c> to be at least: it compares it with MAXMQSERVER and MAXMQCLIENT together.</summary>
    public static int MessagesOf(IniDocument ini) =>
        SizeOf(ini, "MAXMQSERVER", DefaultServerQueues, MostServerQueues) + SizeOf(ini, "MAXMQCLIENT", DefaultClientQueues, MostClientQueues);

    private static int SizeOf(IniDocument ini, string key, int otherwise, int most) => ini.Global(key) is { } text ? Math.Clamp(Atoi.Of(text), 0, most) : otherwise;

    public static IReadOnlyDictionary<string, string> Of(IniDocument ini) => Keys.ToDictionary(key => key, key => ini.Global(key) ?? string.Empty, StringComparer.Ordinal);

    public static IEnumerable<RestartNeed> Changed(IReadOnlyDictionary<string, string> atStart, IniDocument ini) => Keys
        .Where(key => atStart.TryGetValue(key, out var value) && value != (ini.Global(key) ?? string.Empty))
        .Select(key => new RestartNeed(RestartReason.SizeChanged, key));
}
