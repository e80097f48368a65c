namespace SlaveAgent.Chmpx;

/// <summary>What chmpx will find on this host under the paths a configuration names.</summary>
public sealed record HostFiles(Func<string, bool> IsFile, Func<string, bool> IsDirectory)
{
    /// <summary>Whether a private key (second path) belongs to a certificate (first), both PEM; null when that cannot be told, as of a key that this process may not read.</summary>
    public Func<string, string, bool?> KeyFits { get; init; } = static (_, _) => null;
}
