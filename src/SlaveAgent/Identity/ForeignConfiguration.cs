using SlaveAgent.Chmpx;
using SlaveAgent.Files;

namespace SlaveAgent.Identity;

/// <summary>The configuration on a copied disk: it would make chmpx impersonate the machine it was copied from.</summary>
public static class ForeignConfiguration
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Moves it away from chmpx's path, copying before removing, so that no power failure loses it.</summary>
    /// <param name="cuk">The CUK of this machine, whose own configuration stays.</param>
    /// <returns>The new path; null when there was none.</returns>
    /// <exception cref="IOException">It could not be moved.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be moved.</exception>
    public static string? SetAside(HostRoot root, string hostPath, string? cuk)
    {
        if (root.TryRead(hostPath) is not { } text || (IniReader.Read(text).Global("SELFCUK") is var self && self == cuk && cuk is not null))
        {
            return null;
        }

        var kept = $"{root.Agent.ForeignDirectory}/{NameOf(self)}{Path.GetExtension(hostPath)}";
        Directories.MakeOwn(root.Agent.StateDirectory);
        Directories.MakeOwn(root.Agent.ForeignDirectory);
        AtomicFile.Write(kept, text, OwnerOnly, keepOwner: false);
        root.Delete(hostPath);
        return kept;
    }

    private static string NameOf(string? cuk) =>
        cuk is { Length: > 0 and <= 100 } && cuk.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? cuk : "unknown";
}
