namespace SlaveAgent.Reconciling;

/// <param name="State"><c>unchanged</c>, <c>changed</c>, <c>nothing to do</c>, <c>waiting</c>, <c>failed</c> or <c>not run yet</c>.</param>
public sealed record ControllerStatus(string Name, string State, string Message, DateTimeOffset? Since)
{
    /// <summary>One of <see cref="ReasonCodes"/>; null where the state says all.</summary>
    public string? Code { get; init; }
}
