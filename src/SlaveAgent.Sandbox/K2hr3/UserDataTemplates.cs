namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>
/// The operator's templates for <c>/v1/userdata/</c> (K2HR3's settings <c>cc_templ</c>, <c>script_templ</c>,
/// <c>errscript_templ</c>). A part that is null is left out.
/// </summary>
public sealed record UserDataTemplates(string? CloudConfig, string? Script, string? ErrorScript);
