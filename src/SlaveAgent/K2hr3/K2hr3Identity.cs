namespace SlaveAgent.K2hr3;

/// <summary>The identity of this host in K2HR3.</summary>
/// <param name="Cuk">Its custom unique key: the cloud's instance ID.</param>
/// <param name="Tag">Its full host name, which the resource's template uses as the node's NAME.</param>
/// <param name="ByAddress">Requests carry <c>role=</c> and <c>cuk=</c> instead of the token.</param>
public sealed record K2hr3Identity(
    Uri ApiUri,
    Yrn Role,
    string Tenant,
    string Cuk,
    string Tag,
    string? InboundAddress,
    string? OutboundAddress,
    bool ByAddress)
{
    /// <summary>Marks a host that registered itself (K2hr3/README.md, "Registration").</summary>
    public const string Extra = "openstack-auto-v1";
}
