namespace SlaveAgent.Sandbox.Story;

/// <summary>How the story is told.</summary>
internal sealed record StoryOptions(string Agent, bool IsReal, bool Keeps, bool Serves);
