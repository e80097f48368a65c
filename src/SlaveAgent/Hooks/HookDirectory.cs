using System.Text.RegularExpressions;
using SlaveAgent.Files;
using SlaveAgent.Status;

namespace SlaveAgent.Hooks;

/// <summary>Finds the executables in hooks.d. They are run as root, so that only root may have written them.</summary>
public static partial class HookDirectory
{
    /// <summary>What is executable; nothing else is looked at, nor what editors and package managers leave beside a file.</summary>
    /// <exception cref="IOException">The directory cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static HookList List(HostRoot root)
    {
        var directory = root.Agent.HooksDirectory;
        if (FileStatus.OfTarget(directory) is not { Kind: FileKind.Directory })
        {
            return HookList.Empty;
        }

        var found = Directory.EnumerateFileSystemEntries(directory).Where(path => IsHookName(Path.GetFileName(path))).Order(StringComparer.Ordinal)
            .Select(path => (Path: path, Why: WhyRefused(path))).Where(entry => entry.Why is not { Length: 0 }).ToList();

        // Who can write the directory, or the one that it is in, can put another file in the place of root's.
        if (found.Count > 0 && new[] { directory, Path.GetDirectoryName(directory)! }.Select(path => (path, Why: WhyNotRoots(FileStatus.Of(path)))).FirstOrDefault(entry => entry.Why is not null) is (not null, { } why) open)
        {
            return new HookList([], [.. found.Select(entry => Refused(entry.Path, $"{open.path} {why}"))]);
        }

        return new HookList(
            [.. found.Where(entry => entry.Why is null).Select(entry => entry.Path)],
            [.. found.Where(entry => entry.Why is not null).Select(entry => Refused(entry.Path, entry.Why!))]);
    }

    /// <returns>Null for one that may be run; empty for what is no hook.</returns>
    private static string? WhyRefused(string path) => FileStatus.Of(path) switch
    {
        { Kind: FileKind.SymbolicLink } link => WhyNotRoots(link),
        { Kind: FileKind.Regular } status when status.Mode.HasFlag(UnixFileMode.UserExecute) => WhyNotRoots(status),
        _ => string.Empty,
    };

    private static string? WhyNotRoots(FileStatus? status) => status switch
    {
        null => "was removed in the meantime",
        { Kind: FileKind.SymbolicLink } => "is a symbolic link",
        { User: not 0, IsOwn: false } => $"belongs to user {status.User}",
        _ when (status.Mode & FileStatus.WritableByOthers) != 0 => "can be written by others than its owner",
        _ => null,
    };

    private static HookFailure Refused(string path, string why) => new(Path.GetFileName(path), HookFailure.Refused, why);

    private static bool IsHookName(string name) => HookName().IsMatch(name) && !Leftover().IsMatch(name);

    [GeneratedRegex(@"^[A-Za-z0-9_-][A-Za-z0-9._-]*\z")]
    private static partial Regex HookName();

    [GeneratedRegex(@"\.(?:dpkg-[a-z]+|ucf-[a-z]+|rpm(?:new|save|orig)|bak|orig|swp)\z")]
    private static partial Regex Leftover();
}
