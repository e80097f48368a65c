using SlaveAgent.Files;

namespace SlaveAgent.Diagnosing;

/// <summary>Whether there is room for what the agent and chmpx write.</summary>
internal sealed class DiskCheck(DiagnosedHost host) : ICheck
{
    private const long Megabyte = 1024 * 1024;

    /// <summary>A configuration, its copies and the state are some hundred KB; what is written whole needs twice its size.</summary>
    internal const long Needed = 8 * Megabyte;

    internal const long Little = 64 * Megabyte;

    public string Name => CheckNames.Disk;

    public CheckGroup Group => CheckGroup.Host;

    public Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel)
    {
        string[] directories = [host.Root.Agent.StateDirectory, Path.GetDirectoryName(host.File.Path)!, host.Root.Agent.RuntimeDirectory];
        return Task.FromResult<IReadOnlyList<CheckResult>>([.. directories.Distinct().Select(Check)]);
    }

    internal static CheckResult Judge(string directory, long free)
    {
        var seen = $"{free / Megabyte} MB free";
        var next = $"make room: df -h {directory}";
        return (free < Needed ? CheckResult.Failed(CheckNames.Disk, "Full", seen, next)
            : free < Little ? CheckResult.Warning(CheckNames.Disk, "NearlyFull", seen, next)
            : CheckResult.Ok(CheckNames.Disk, seen)).Of(directory);
    }

    private static CheckResult Check(string directory)
    {
        var there = directory;
        while (FileStatus.OfTarget(there) is null && Path.GetDirectoryName(there) is { } parent)
        {
            there = parent;
        }

        return Judge(directory, new DriveInfo(there).AvailableFreeSpace);
    }
}
