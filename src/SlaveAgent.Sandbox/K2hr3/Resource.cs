namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>
/// A resource's own text (a template or plain) and keys, before its parents' are put in front. A key's value is a string or, as K2HR3
/// keeps what was posted as one, a whole number.
/// </summary>
public sealed record Resource(string Text, IReadOnlyDictionary<string, object> Keys);
