namespace SlaveAgent.Settings;

/// <summary>Where a setting was given.</summary>
/// <param name="Source">A file, or an option as in <c>option --role</c>.</param>
/// <param name="Line">Of the file; null when unknown, and of an option.</param>
public sealed record SettingPlace(string Source, long? Line = null)
{
    /// <summary>For a message.</summary>
    public override string ToString() => Line is { } line ? $"{Source} line {line}" : Source;
}
