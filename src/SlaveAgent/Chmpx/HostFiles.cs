using SlaveAgent.Files;

namespace SlaveAgent.Chmpx;

/// <summary>
/// What chmpx will find on this host under the paths a configuration names. What this process may not look at, as in a directory of chmpx's user only, is not known, and no reason to refuse: the
/// agent has no capabilities.
/// </summary>
/// <param name="IsFile">Whether it is a regular file, or a link to one; null when that is not known.</param>
/// <param name="IsDirectory">The same of a directory.</param>
public sealed record HostFiles(Func<string, bool?> IsFile, Func<string, bool?> IsDirectory)
{
    /// <summary>Whether a private key (second path) belongs to a certificate (first), both PEM; null when that cannot be told, as of a key that this process may not read.</summary>
    public Func<string, string, bool?> KeyFits { get; init; } = static (_, _) => null;

    public static HostFiles Of(HostRoot root) => new(path => IsOfKind(root.At(path), FileKind.Regular), path => IsOfKind(root.At(path), FileKind.Directory))
    {
        KeyFits = (certificate, key) => KeyPair.Fits(root.At(certificate), root.At(key)),
    };

    private static bool? IsOfKind(string path, FileKind kind)
    {
        try
        {
            return FileStatus.OfTarget(path)?.Kind == kind;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
