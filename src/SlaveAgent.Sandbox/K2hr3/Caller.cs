namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>The sender of a request: a role token, the admin's user token, or just an address.</summary>
internal sealed record Caller(RoleToken? Role, string? UserTenant)
{
    public bool IsUser => UserTenant is not null;

    public bool IsAnonymous => Role is null && UserTenant is null;

    public string? Tenant => Role?.Role.Tenant ?? UserTenant;
}
