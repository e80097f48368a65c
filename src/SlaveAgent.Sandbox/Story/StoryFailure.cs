namespace SlaveAgent.Sandbox.Story;

/// <summary>A beat that did not happen as it should; the message says what was seen instead.</summary>
internal sealed class StoryFailure(string message) : Exception(message);
