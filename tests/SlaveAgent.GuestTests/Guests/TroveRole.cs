namespace SlaveAgent.GuestTests.Guests;

/// <summary>A slave's resource as the Trove plugin 1.0.2 to 1.0.7 makes it.</summary>
internal static class TroveRole
{
    public static IReadOnlyDictionary<string, string> Keys { get; } = new Dictionary<string, string>
    {
        ["k2hr3-init-packages"] = string.Empty,
        ["k2hr3-init-packagecloud-packages"] = string.Empty,
        ["k2hr3-init-systemd-packages"] = string.Empty,
        ["k2hdkc-dbaas-add-user"] = "1",
    };
}
