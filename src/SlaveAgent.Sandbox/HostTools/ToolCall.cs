using System.Globalization;

namespace SlaveAgent.Sandbox.HostTools;

/// <summary>One call of a host tool, as recorded in the call log.</summary>
public sealed record ToolCall(DateTimeOffset Time, string Tool, IReadOnlyList<string> Arguments)
{
    internal string Line => Fields.Join([Time.ToString("O", CultureInfo.InvariantCulture), Tool, .. Arguments]);

    internal static ToolCall Read(string line) => Fields.Split(line) is [var time, var tool, .. var arguments]
        ? new(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture), tool, arguments)
        : throw new FormatException($"no call of a tool: {line}");
}
