using System.Globalization;

namespace SlaveAgent.Sandbox.HostTools;

/// <summary>The output and exit code of a tool.</summary>
public sealed record ToolOutput(int ExitCode, string Output = "", string Error = "")
{
    internal string Text => Fields.Join(ExitCode.ToString(CultureInfo.InvariantCulture), Output, Error);

    internal static ToolOutput Read(string text) => Fields.Split(text) is [var code, var output, var error]
        ? new(int.Parse(code, CultureInfo.InvariantCulture), output, error)
        : throw new FormatException($"no answer of the supervisor: {text}");
}
