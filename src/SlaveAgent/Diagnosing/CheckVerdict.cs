using System.Text.Json.Serialization;

namespace SlaveAgent.Diagnosing;

/// <summary>How a check ended; from the best to the worst.</summary>
internal enum CheckVerdict
{
    /// <summary>It does not apply here, or another check has to be well first.</summary>
    [JsonStringEnumMemberName("skipped")]
    Skipped,

    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>It could not be found out.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>It works, and a person should know.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    [JsonStringEnumMemberName("failed")]
    Failed,
}
