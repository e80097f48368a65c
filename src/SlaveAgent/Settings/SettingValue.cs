namespace SlaveAgent.Settings;

/// <summary>One setting as given, with its place for error messages.</summary>
/// <param name="Texts">One text, or the items of a list.</param>
public sealed record SettingValue(IReadOnlyList<string> Texts, SettingPlace Place);
