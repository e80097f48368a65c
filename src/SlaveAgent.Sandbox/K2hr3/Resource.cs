namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>A resource's own text (a template or plain) and keys, before its parents' are put in front.</summary>
public sealed record Resource(string Text, IReadOnlyDictionary<string, string> Keys);
