namespace SlaveAgent.Hosting;

/// <summary>How a host tool ended.</summary>
/// <param name="ExitCode">Null when it could not be started, or was given up after its time.</param>
/// <param name="Output">The last lines of its output and errors, at most 8 KB.</param>
public sealed record CommandResult(int? ExitCode, string Output)
{
    public bool IsDone => ExitCode == 0;

    /// <summary>The last lines on one line, for a message.</summary>
    public string LastLines(int count = 3) => string.Join(
        " / ",
        Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(count));
}
