using System.Text.Json.Serialization;

namespace SlaveAgent.Diagnosing;

/// <summary>What a check is about, in the order in which a person reads them.</summary>
internal enum CheckGroup
{
    /// <summary>The way from here to K2HR3, and what it says.</summary>
    [JsonStringEnumMemberName("k2hr3")]
    K2hr3,

    [JsonStringEnumMemberName("host")]
    Host,

    [JsonStringEnumMemberName("ring")]
    Ring,

    /// <summary>Whether a certain user's program can use the cluster.</summary>
    [JsonStringEnumMemberName("program")]
    Program,
}
