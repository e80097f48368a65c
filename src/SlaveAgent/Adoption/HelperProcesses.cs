using SlaveAgent.Files;

namespace SlaveAgent.Adoption;

/// <summary>The shell tooling's processes on this host, identified by their command lines: its service leaves one behind that belongs to no unit.</summary>
internal sealed class HelperProcesses(HostRoot root)
{
    private const string Program = "k2hr3-get-resource-helper";

    private static readonly string[] Shells = ["sh", "dash", "bash", "busybox"];
    private static readonly string[] BackgroundOptions = ["-daemon", "--daemon"];

    /// <returns>The ID of each, and whether it is the one that waits in the background for its timer to be disabled.</returns>
    public IReadOnlyList<(int Pid, bool IsBackground)> Find() =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(directory => int.TryParse(Path.GetFileName(directory), out var pid) ? pid : 0)
            .Where(pid => pid > 0)
            .Select(pid => (Pid: pid, Message: CommandLineOf(pid)))
            .Where(process => IsHelper(process.Message))
            .Select(process => (process.Pid, process.Message.Any(word => BackgroundOptions.Contains(word, StringComparer.OrdinalIgnoreCase)))),
    ];

    private bool IsHelper(string[] words) => words switch
    {
        [var program, ..] when IsProgram(program) => true,
        [var shell, var script, ..] => Shells.Contains(Path.GetFileName(shell)) && IsProgram(script),
        _ => false,
    };

    private bool IsProgram(string path) =>
        Path.GetFileName(path) == Program && path.StartsWith(root.Directory, StringComparison.Ordinal);

    private static string[] CommandLineOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It exited after it was listed.
            return [];
        }
    }
}
