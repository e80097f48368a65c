namespace SlaveAgent.Identity;

/// <summary>The contents of the identity files; null for a missing file.</summary>
public sealed record FileValues(string? ApiUri, string? Role, string? Tenant, string? Cuk, string? Tag, string? Token)
{
    public override string ToString() => $"{Role} at {ApiUri}, cuk {Cuk}, tag {Tag}";
}
