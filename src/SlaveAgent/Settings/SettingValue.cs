namespace SlaveAgent.Settings;

/// <summary>One setting as given, with its place for error messages.</summary>
/// <param name="Texts">One text, or the items of a list.</param>
/// <param name="Place">For example <c>/etc/k2hdkc-slave-agent/agent.yaml line 12</c> or <c>option --role</c>.</param>
public sealed record SettingValue(IReadOnlyList<string> Texts, string Place);
