namespace SlaveAgent.Chmpx;

/// <summary>One difference between what chmpx has loaded and the file, that a reload does not take away.</summary>
/// <param name="Subject">The key, the server and key, or the file it is about; with the reason it identifies the difference.</param>
public sealed record RestartNeed(RestartReason Reason, string Subject)
{
    public override string ToString() => Reason == RestartReason.CertificateReplaced ? $"{Subject} was replaced" : $"{Subject} changed";
}
