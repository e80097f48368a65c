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

    public static IReadOnlyDictionary<string, string> Of(IniDocument ini) => Keys.ToDictionary(key => key, key => ini.Global(key) ?? string.Empty, StringComparer.Ordinal);

    public static IEnumerable<RestartNeed> Changed(IReadOnlyDictionary<string, string> atStart, IniDocument ini) => Keys
        .Where(key => atStart.TryGetValue(key, out var value) && value != (ini.Global(key) ?? string.Empty))
        .Select(key => new RestartNeed(RestartReason.SizeChanged, key));
}
