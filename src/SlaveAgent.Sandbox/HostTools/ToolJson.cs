using System.Text.Json.Serialization;

namespace SlaveAgent.Sandbox.HostTools;

/// <summary>How the state of the host is kept. Made at build time: reflection costs a tool a third of its time.</summary>
[JsonSerializable(typeof(List<Package>))]
[JsonSerializable(typeof(ScheduledFailure))]
internal sealed partial class ToolJson : JsonSerializerContext;
