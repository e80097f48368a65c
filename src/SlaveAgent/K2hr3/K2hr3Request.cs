namespace SlaveAgent.K2hr3;

/// <param name="ETag">For a conditional request.</param>
/// <param name="IsKey">Whether one of the resource's keys is requested, not its text.</param>
public readonly record struct K2hr3Request(K2hr3RequestKind Kind, string? ETag = null, bool IsKey = false);
