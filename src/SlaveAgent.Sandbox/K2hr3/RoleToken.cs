namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>A role token as K2HR3 issues it, with its path for <c>/v1/userdata/</c>.</summary>
public sealed record RoleToken(string Token, string RegisterPath, Yrn Role, DateTimeOffset Created, DateTimeOffset Expires, string? Address = null, string? Cuk = null);
