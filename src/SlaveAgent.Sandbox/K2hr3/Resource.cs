namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>
/// A resource's own text (a template or plain) and keys, without its parents'. A key's value is a string or, if posted as such, an
/// integer.
/// </summary>
public sealed record Resource(string Text, IReadOnlyDictionary<string, object> Keys);
