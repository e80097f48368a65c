using System.Globalization;
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
            .Select(pid => (Pid: pid, Words: CommandLineOf(pid)))
            .Where(process => IsHelper(process.Words) && IsTrusted(OwnerIn(ReadOf(process.Pid, "status"))))
            .Select(process => (process.Pid, process.Words.Any(word => BackgroundOptions.Contains(word, StringComparer.OrdinalIgnoreCase)))),
    ];

    /// <summary>Whether it is the packaged helper by its command line; anybody can call a process so.</summary>
    public bool IsHelper(string[] words) => words switch
    {
        [var program, ..] when IsProgram(program) => true,
        [var shell, var script, ..] => Shells.Contains(Path.GetFileName(shell)) && IsProgram(script),
        _ => false,
    };

    /// <summary>Whether a process of this user counts: the helper runs as root, and is stopped by whoever runs this agent.</summary>
    public static bool IsTrusted(uint? user) => user is 0 || user == Posix.EffectiveUser();

    /// <summary>The user who started a process, by its status in /proc; the owner of the directory there is root's for any process that asks for it.</summary>
    public static uint? OwnerIn(string status) => status.Split('\n').FirstOrDefault(line => line.StartsWith("Uid:", StringComparison.Ordinal)) is { } line
        && uint.TryParse(line.Split('\t').ElementAtOrDefault(1), NumberStyles.None, CultureInfo.InvariantCulture, out var user) ? user : null;

    private bool IsProgram(string path) => Path.GetFileName(path) == Program && path.StartsWith(root.At("/usr/"), StringComparison.Ordinal);

    private static string[] CommandLineOf(int pid) => ReadOf(pid, "cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);

    private static string ReadOf(int pid, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/{file}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It exited after it was listed.
            return string.Empty;
        }
    }
}
