namespace SlaveAgent.Configuration;

/// <summary>A generation that was put in place.</summary>
/// <param name="Generation">Its number.</param>
/// <param name="CopyFailed">Why no copy of it could be kept; null when there is one.</param>
public sealed record WrittenGeneration(int Generation, string? CopyFailed)
{
    /// <summary>What it changed, as in the history.</summary>
    public required GenerationEntry Entry { get; init; }
}
