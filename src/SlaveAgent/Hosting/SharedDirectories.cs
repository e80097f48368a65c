using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>
/// The directories that chmpx shares with its group's programs. chmpx's drop-in gives them to the group at each start; a package of the DBaaS that is
/// installed beside a running chmpx opens them to everybody.
/// </summary>
public sealed class SharedDirectories(HostRoot root)
{
    private const UnixFileMode OfGroup = UnixFileMode.SetGroup
        | UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute;

    private static readonly string[] s_paths = ["/var/lib/antpickax", "/run/antpickax"];

    /// <summary>Closes to all but the group those that are the group's already; needs root's powers.</summary>
    /// <param name="group">The group's number.</param>
    /// <returns>Why one could not be closed; null when all are.</returns>
    public string? Restore(uint group)
    {
        try
        {
            foreach (var path in s_paths.Select(root.At).Where(path => FileStatus.Of(path) is { Kind: FileKind.Directory } status && status.Group == group && status.Mode != OfGroup))
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
