using System.Globalization;

namespace SlaveAgent.Files;

/// <summary>A moment as people read it, by this host's clock and time zone.</summary>
public static class LocalTime
{
    public static string Text(DateTimeOffset moment) => moment.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
