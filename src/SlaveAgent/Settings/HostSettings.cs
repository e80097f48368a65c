namespace SlaveAgent.Settings;

/// <summary>The identity of this host. What is not set is determined automatically: the CUK from cloud-init, the tag from the host's names (Identity/README.md, "CUK and tag").</summary>
/// <param name="RegisterAgain">Whether a host that disappeared from its role registers again.</param>
public sealed record HostSettings(string? Cuk, string? Tag, string? InboundAddress, string? OutboundAddress, bool RegisterAgain)
{
    public static HostSettings From(SettingsValues values) => new(
        values.Text("host.cuk"),
        values.Text("host.tag"),
        values.Text("host.inboundip"),
        values.Text("host.outboundip"),
        values.Flag("host.register_again", true));

    /// <summary>Whether chmpx takes it as it is: printable ASCII without blanks, and without what quotes or comments in its configuration.</summary>
    public static bool IsCuk(string cuk) => !cuk.Any(c => c is <= ' ' or > '~' or '"' or '\'' or '\\' or '#');
}
