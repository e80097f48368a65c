namespace SlaveAgent.Sandbox.Viewing;

/// <summary>A piece of news for whoever watches, as JSON.</summary>
internal sealed record FeedEvent(string Name, string Json);
