namespace SlaveAgent.Status;

/// <summary>One thing that is so or is not so on this host; the source of the log, the status file, <c>status</c>, <c>wait</c> and systemd's status line.</summary>
/// <param name="Type">One of <see cref="ConditionTypes"/>.</param>
/// <param name="Status">Whether it is so.</param>
/// <param name="Reason">A stable code for programs.</param>
/// <param name="Message">For people; may be reworded at any time.</param>
/// <param name="Since">Since when status and reason have been the same.</param>
/// <param name="ObservedGeneration">The configuration that it was observed with; null without one.</param>
public sealed record Condition(string Type, ConditionStatus Status, string Reason, string Message, DateTimeOffset? Since, int? ObservedGeneration);
