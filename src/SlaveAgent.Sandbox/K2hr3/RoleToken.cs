namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>A role token as K2HR3 hands it out, with the path that <c>/v1/userdata/</c> takes.</summary>
public sealed record RoleToken(string Token, string RegisterPath, Yrn Role, DateTimeOffset Created, DateTimeOffset Expires, string? Address = null, string? Cuk = null);
