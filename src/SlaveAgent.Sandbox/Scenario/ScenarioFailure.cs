namespace SlaveAgent.Sandbox.Scenario;

/// <summary>A step that did not happen as expected; the message says what was observed instead.</summary>
internal sealed class ScenarioFailure(string message) : Exception(message);
