namespace SlaveAgent.Sandbox.Viewing;

/// <summary>One thing that happened.</summary>
/// <param name="Id">A later entry with the same one takes its place.</param>
internal sealed record FeedEntry(string Id, DateTimeOffset At, EntryKind Kind, string Text);
