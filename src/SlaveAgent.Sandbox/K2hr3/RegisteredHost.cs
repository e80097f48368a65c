namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>
/// A host of a role. K2HR3 keys hosts by address, port and CUK together, so one address may hold several of them.
/// </summary>
public sealed record RegisteredHost(
    string Address, string? Cuk, string? Tag = null, string? Extra = "openstack-auto-v1", int Port = 0,
    string? InboundIp = null, string? OutboundIp = null)
{
    /// <summary>The key, which also determines the order in which K2HR3 lists hosts.</summary>
    public string Key => $"{Address} {(Port == 0 ? "*" : Port)} {Cuk}";

    /// <summary>The line that <c>GET /v1/role</c> shows (recorded: 25-get-role). Only known values of extra are shown.</summary>
    public string Listing =>
        $"{Key} {(Extra is "openstack-auto-v1" or "k8s-auto-v1" ? Extra : "")} {Tag} {InboundIp} {OutboundIp}".TrimEnd();

    /// <summary>Whether a caller with these values is this host: port and CUK count only where both sides have one.</summary>
    public bool Matches(string address, int port, string? cuk) =>
        Address == address
        && (Port == port || Port == 0 || port == 0)
        && (Cuk == cuk || Cuk is null || cuk is null);
}
