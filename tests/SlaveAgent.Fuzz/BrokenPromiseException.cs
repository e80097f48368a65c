namespace SlaveAgent.Fuzz;

/// <summary>An input was dealt with otherwise than promised.</summary>
public sealed class BrokenPromiseException(string message) : Exception(message);
