namespace SlaveAgent.Status;

/// <param name="Address">Where it is asked.</param>
/// <param name="LastAsked">In the file up to five minutes earlier while nothing else is new; null when never.</param>
/// <param name="LastAnswered">Likewise.</param>
/// <param name="Error">Why the last request had no answer; null where it had one.</param>
/// <param name="NextAttempt">When it is asked next, unless something else gives reason for it.</param>
public sealed record K2hr3Status(string Address, DateTimeOffset? LastAsked, DateTimeOffset? LastAnswered, string? Error, DateTimeOffset? NextAttempt);
