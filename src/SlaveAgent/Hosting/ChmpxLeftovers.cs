using System.Text.RegularExpressions;
using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>
/// Files that a killed chmpx or program leaves behind and that another user's chmpx cannot replace. chmpx renames its old shared memory by link(2), which
/// the kernel allows only for the user's own files, and unlinks an old message queue of the same name, which the sticky /dev/mqueue allows only for the user's
/// own: if root's chmpx left them, another user's cannot start until the next boot. Message queues are named after the cluster's group.
/// </summary>
/// <param name="processes">The directory of the processes.</param>
public sealed partial class ChmpxLeftovers(HostRoot root, string processes = "/proc")
{
    private const string MemoryDirectory = "/var/lib/antpickax";
    private const string QueueDirectory = "/dev/mqueue";

    private static readonly string[] Suffixes = ["chmpx", "k2h"];

    /// <summary>The owner of chmpx's directory: systemd assigns it to chmpx's user before each start.</summary>
    public uint? Owner => FileStatus.OfTarget(root.At(MemoryDirectory))?.User;

    /// <summary>Removes the shared memory files of this chmpx that belong to another user.</summary>
    /// <param name="group">The configuration's GROUP.</param>
    /// <param name="controlPort">The control port of this chmpx, which is part of its file names.</param>
    /// <param name="owner">chmpx's user.</param>
    /// <returns>What was removed.</returns>
    public IReadOnlyList<string> RemoveMemory(string group, int controlPort, uint owner) =>
        Remove(Suffixes
            .Select(suffix => root.At($"{MemoryDirectory}/{group}-{controlPort}.{suffix}"))
            .Where(path => FileStatus.Of(path) is { Kind: FileKind.Regular } status && status.User != owner));

    /// <summary>Removes the message queues of the cluster that no process reads: their creators have exited.</summary>
    /// <returns>What was removed.</returns>
    public IReadOnlyList<string> RemoveQueues(string group)
    {
        var directory = root.At(QueueDirectory);
        if (!Directory.Exists(directory))
        {
            return [];
        }

        var queues = Directory.EnumerateFiles(directory)
            .Where(path => Path.GetFileName(path) is var name && name.StartsWith($"{group}.", StringComparison.Ordinal) && QueueNumber().IsMatch(name[(group.Length + 1)..]))
            .ToList();
        if (queues.Count == 0)
        {
            return [];
        }

        var read = ReadFiles().ToHashSet();
        return Remove(queues.Where(path => !read.Contains((Path.GetFileName(path), FileStatus.Of(path)?.Version.Inode ?? 0))));
    }

    /// <summary>All files that some process has open for reading, by name and inode; the kernel shows a queue as a file in the root directory.</summary>
    private IEnumerable<(string Name, ulong Inode)> ReadFiles() => Directory.EnumerateDirectories(processes)
        .Where(directory => int.TryParse(Path.GetFileName(directory.AsSpan()), out _))
        .SelectMany(directory => Descriptors($"{directory}/fd"))
        .Select(FileIfRead)
        .OfType<(string, ulong)>();

    private static string[] Descriptors(string directory)
    {
        try
        {
            return Directory.GetFiles(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process has exited.
            return [];
        }
    }

    private static (string Name, ulong Inode)? FileIfRead(string descriptor)
    {
        try
        {
            // The mode of the link shows how the file was opened (proc(5)).
            return FileStatus.Of(descriptor) is { } link && link.Mode.HasFlag(UnixFileMode.UserRead)
                && new FileInfo(descriptor).LinkTarget is { } target && FileStatus.OfTarget(descriptor) is { } file
                ? (Path.GetFileName(target), file.Version.Inode)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static List<string> Remove(IEnumerable<string> paths)
    {
        var removed = paths.ToList();
        removed.ForEach(File.Delete);
        return removed;
    }

    [GeneratedRegex(@"\A[0-9a-f]{16}\z")]
    private static partial Regex QueueNumber();
}
