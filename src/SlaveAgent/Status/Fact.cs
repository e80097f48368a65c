namespace SlaveAgent.Status;

/// <summary>One of the two facts that people ask for, derived from the conditions.</summary>
/// <param name="State">One of <see cref="ConnectionStates"/> or <see cref="ControlStates"/>.</param>
/// <param name="Reason">A stable code for programs.</param>
/// <param name="Message">For people.</param>
/// <param name="Since">Since when the state has been the same.</param>
public sealed record Fact(string State, string Reason, string Message, DateTimeOffset? Since);
