using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using SlaveAgent.Files;

namespace SlaveAgent.Hooks;

/// <summary>
/// Runs the hooks where there is no systemd: the command of their unit, as a child of the daemon, and so with what the daemon may do. It ends itself when the time is
/// over, and holds a lock as long as it runs, by which an agent that is started again knows of it.
/// </summary>
/// <param name="program">The agent's own executable.</param>
public sealed class HookProcess(HostRoot root, string program)
{
    /// <summary>For all hooks together, as their unit's TimeoutStartSec=.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    private Process? _process;

    public bool IsRunning => _process is { HasExited: false } || FileLock.IsHeld(root.Agent.HookLock);

    /// <summary>How the run that this process started ended; null while it runs, or where another agent started it.</summary>
    public int? ExitCode => _process is { HasExited: true } ended ? ended.ExitCode : null;

    /// <returns>Why it could not be started; null when it was.</returns>
    public string? Start(IReadOnlyList<KeyValuePair<string, string>> variables)
    {
        var limit = TimeLimit.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        var start = new ProcessStartInfo(program, ["run-hooks", "--root", root.Directory, "--limit", $"{limit}s"]) { WorkingDirectory = "/" };
        foreach (var (name, value) in variables)
        {
            start.Environment[name] = EnvironmentText.Plain(value);
        }

        _process?.Dispose();
        _process = null;
        try
        {
            _process = Process.Start(start);
            return null;
        }
        catch (Win32Exception e)
        {
            return e.Message;
        }
    }
}
