using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>
/// The directories that chmpx shares with its group's programs. chmpx's drop-in assigns them to the group at each start; a DBaaS package that is
/// installed while chmpx runs opens them to everyone.
/// </summary>
public sealed class SharedDirectories(HostRoot root)
{
    private const UnixFileMode OfGroup = UnixFileMode.SetGroup
        | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    /// <summary>Where chmpx has its shared memory, for whomever it runs.</summary>
    public const string Memory = "/var/lib/antpickax";

    /// <summary>Without the root.</summary>
    public static IReadOnlyList<string> Paths { get; } = [Memory, "/run/antpickax"];

    /// <summary>Removes access for others from those that already belong to the group; needs root privileges.</summary>
    /// <param name="group">The group's ID.</param>
    /// <returns>Why one could not be changed; null when all are correct.</returns>
    public string? Restore(uint group)
    {
        try
        {
            foreach (var path in Paths.Select(root.At).Where(path => FileStatus.Of(path) is { Kind: FileKind.Directory } status && status.Group == group && status.Mode != OfGroup))
            {
                File.SetUnixFileMode(path, OfGroup);
            }

            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
