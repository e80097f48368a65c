namespace SlaveAgent.Chmpx;

/// <summary>One difference between what chmpx has loaded and the file, that a reload does not take away.</summary>
/// <param name="Subject">The key or the file it is about.</param>
/// <param name="Node">The node whose key it is; null for a key of [GLOBAL] and for a file.</param>
public sealed record RestartNeed(RestartReason Reason, string Subject, string? Node = null)
{
    public override string ToString() =>
        $"{Subject}{(Node is null ? string.Empty : $" of {Node}")} {(Reason == RestartReason.CertificateReplaced ? "was replaced" : "changed")}";
}
