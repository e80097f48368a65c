using System.Globalization;
using SlaveAgent.Files;
using SlaveAgent.Hosting;

namespace SlaveAgent.Diagnosing;

/// <summary>
/// Whether a key can be set, read and removed, by k2hdkclinetool, as the user whose programs are to use the cluster. Only where a person asks for it: it writes into the
/// cluster, a key that no program has, and attaches a program to chmpx meanwhile.
/// </summary>
/// <remarks>The tool's options and what it prints: Hosting/README.md, "k2hdkclinetool".</remarks>
/// <param name="user">Null: as who runs this.</param>
internal sealed class KeyCheck(DiagnosedHost host, string? user) : ICheck
{
    private const string Tool = "k2hdkclinetool";

    /// <summary>Before the deadline of a check, so that it is this one that ends it, with the tool's process.</summary>
    private static readonly TimeSpan Limit = Diagnosis.Deadline - TimeSpan.FromSeconds(4);

    public string Name => CheckNames.Key;

    public CheckGroup Group => CheckGroup.Program;

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel)
    {
        var result = await CheckAsync(cancel);
        return [user is null ? result : result.Of(user)];
    }

    private async Task<CheckResult> CheckAsync(CancellationToken cancel)
    {
        if (host.Ini is null)
        {
            return CheckResult.Skipped(Name, "there is no configuration that can be read");
        }

        if (!CommandRunner.IsOnPath(Tool))
        {
            return CheckResult.Skipped(Name, $"{Tool}, which the package k2hdkc brings, is not on the PATH");
        }

        if (user is not null && Posix.EffectiveUser() != 0)
        {
            return CheckResult.Skipped(Name, $"only root can run {Tool} as another user");
        }

        var (key, value) = ($"k2hdkc-slave-agent-doctor-{Guid.NewGuid():N}", $"{Guid.NewGuid():N}");
        var directory = Directory.CreateTempSubdirectory("k2hdkc-slave-agent-doctor-");
        try
        {
            // The other user has to read it.
            File.SetUnixFileMode(directory.FullName, (UnixFileMode)0b111_101_101);
            var commands = Path.Join(directory.FullName, "commands");
            await File.WriteAllTextAsync(commands, $"set {key} {value}\nprint {key}\nrm {key}\nprint {key}\nquit\n", cancel);
            File.SetUnixFileMode(commands, (UnixFileMode)0b110_100_100);
            string[] tool = [Tool, "-conf", host.File.Path, "-perm", "-d", "err", "-run", commands];
            string[] command = user is null ? tool : ["runuser", "-u", user, "--", .. tool];
            var began = host.Time.GetTimestamp();
            return Judge(await host.Commands.RunAsync(command[0], command[1..], Limit, cancel), key, value, host.Time.GetElapsedTime(began));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>What the tool prints of a key is <c>"KEY" => "VALUE"</c>, or that there is no value; its errors come by another way, so that their place among the commands is not known.</summary>
    internal static CheckResult Judge(CommandResult result, string key, string value, TimeSpan took)
    {
        var lines = result.Output.Split('\n', StringSplitOptions.TrimEntries);
        var shown = lines.Count(line => line == $"\"{key}\" => \"{value}\"");
        var isGone = lines.Any(line => line.StartsWith($"\"{key}\" => ", StringComparison.Ordinal) && !line.EndsWith('"'));
        var errors = string.Join(" / ", lines.Where(line => line.Length > 0 && !line.StartsWith("> ", StringComparison.Ordinal) && line != "Quit." && !line.StartsWith($"\"{key}\"", StringComparison.Ordinal)).TakeLast(3));
        const string Next = $"the checks {CheckNames.UserGroup}, {CheckNames.UserDirectory}, {CheckNames.ServerConnection} and {CheckNames.ServerState} tell whether it is this host or the servers";
        return result.Failure == CommandFailure.TimedOut
            ? CheckResult.Failed(CheckNames.Key, "TimedOut", $"{Tool} did not end within {Limit.TotalSeconds:0} s; the key {key} may be left in the cluster", Next)
            : !result.IsDone ? CheckResult.Failed(CheckNames.Key, "NotOpened", $"{Tool} could not open the cluster: {errors}", Next)
            : shown == 0 ? CheckResult.Failed(CheckNames.Key, "NotRead", $"the key {key} was set and could not be read: {errors}", Next)
            : shown > 1 || !isGone ? CheckResult.Warning(CheckNames.Key, "NotRemoved", $"a key was set and read, and was not seen to be removed: {errors}", $"{Tool} -conf FILE, then: rm {key}")
            : CheckResult.Ok(CheckNames.Key, string.Create(CultureInfo.InvariantCulture, $"a key was set, read and removed in {took.TotalSeconds:0.00} s"));
    }
}
