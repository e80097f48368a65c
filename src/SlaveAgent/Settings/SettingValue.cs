namespace SlaveAgent.Settings;

/// <summary>One setting as it was written, with the place to name when it is wrong.</summary>
/// <param name="Texts">One text, or the items of a list.</param>
/// <param name="Place">Such as <c>/etc/k2hdkc-slave-agent/agent.yaml line 12</c> or <c>option --role</c>.</param>
public sealed record SettingValue(IReadOnlyList<string> Texts, string Place);
