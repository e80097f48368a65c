using SlaveAgent.Files;

namespace SlaveAgent.Hosting;

/// <summary>The units of the agent's package.</summary>
public static class AgentUnits
{
    public const string Daemon = "k2hdkc-slave-agent.service";

    /// <summary>Runs the package manager, unhardened.</summary>
    public const string Bootstrap = "k2hdkc-slave-bootstrap.service";

    /// <summary>Reached when the slave is connected; a user's service requires it.</summary>
    public const string Ready = "k2hdkc-slave-ready.target";

    /// <summary>Runs the hooks, unhardened.</summary>
    public const string Hook = "k2hdkc-slave-hook.service";

    private const string PackagedExecutable = "/usr/bin/k2hdkc-slave-agent";

    /// <summary>The agent's own executable, for the command lines of units: where it was started from, or else where the package installs it.</summary>
    /// <param name="started">The path of the running program; it has another name in tests and after an upgrade has replaced it.</param>
    public static string ExecutableOf(string? started) =>
        started is ['/', ..] && Path.GetFileName(started) == "k2hdkc-slave-agent"
        && started.All(c => char.IsAsciiLetterOrDigit(c) || "/._+-".Contains(c, StringComparison.Ordinal))
            ? started
            : PackagedExecutable;

    private static readonly string[] Directories = ["/usr/lib/systemd/system", "/lib/systemd/system", "/etc/systemd/system"];

    /// <summary>The path of a unit's file, without the root; null when there is none in the packages' directories.</summary>
    public static string? FindFile(HostRoot root, string unit) =>
        Directories.Select(directory => $"{directory}/{unit}").FirstOrDefault(path => File.Exists(root.At(path)));
}
