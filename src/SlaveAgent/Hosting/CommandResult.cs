namespace SlaveAgent.Hosting;

/// <summary>The result of a host tool.</summary>
/// <param name="ExitCode">Null when it could not be started, or was killed after its timeout.</param>
/// <param name="Output">The last lines of its standard output and error, at most 8 KB.</param>
/// <param name="Failure">Why there is no exit code; null when there is one.</param>
public sealed record CommandResult(int? ExitCode, string Output, CommandFailure? Failure = null)
{
    public bool IsDone => ExitCode == 0;

    /// <summary>The last lines joined into one, for a message.</summary>
    public string LastLines(int count = 3) => string.Join(
        " / ",
        Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(count));
}
