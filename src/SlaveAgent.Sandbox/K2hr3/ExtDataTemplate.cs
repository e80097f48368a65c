namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>One name under <c>/v1/extdata/</c>: its template, and the only User-Agent that may have it, when that is set.</summary>
public sealed record ExtDataTemplate(string Contents, string? UserAgent = null, string ContentType = "text/plain");
