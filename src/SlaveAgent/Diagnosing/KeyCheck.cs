using System.Globalization;
using SlaveAgent.Files;
using SlaveAgent.Hosting;

namespace SlaveAgent.Diagnosing;

/// <summary>
/// Whether a key can be set, read and removed, by k2hdkclinetool, as the user whose programs are to use the cluster. Only where a person asks for it: it writes into the
/// cluster, a key that no program has and that expires, and attaches a program to chmpx meanwhile.
/// </summary>
/// <remarks>The tool's options and what it prints: Hosting/README.md, "k2hdkclinetool".</remarks>
/// <param name="user">Null: as who runs this.</param>
/// <param name="limit">For the tool.</param>
internal sealed class KeyCheck(DiagnosedHost host, string? user, TimeSpan limit) : ICheck
{
    private const string Tool = "k2hdkclinetool";
    private const string Runner = "runuser";

    /// <summary>In seconds: of a tool that is ended between setting and removing the key, nothing stays for ever.</summary>
    private const string Expiry = "60";

    private const string MayBeThere = $"it expires {Expiry} s after it was set";

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

        if (user is null)
        {
            return await TryAsync(isOther: false, cancel);
        }

        var found = await new Accounts(host.Root, host.Commands).FindAsync(user, cancel);
        var isOther = found.Uid != Posix.EffectiveUser();
        return found.IsMissing ? CheckResult.Skipped(Name, "there is no such user on this host")
            : found.Problem is { } problem ? CheckResult.Unknown(Name, problem)
            : isOther && Posix.EffectiveUser() != 0 ? CheckResult.Skipped(Name, $"only root can run {Tool} as another user")
            : isOther && !CommandRunner.IsOnPath(Runner) ? CheckResult.Skipped(Name, $"{Runner}, which runs {Tool} as another user, is not on the PATH (util-linux)")
            : await TryAsync(isOther, cancel);
    }

    private async Task<CheckResult> TryAsync(bool isOther, CancellationToken cancel)
    {
        var (key, value) = ($"k2hdkc-slave-agent-doctor-{Guid.NewGuid():N}", $"{Guid.NewGuid():N}");

        // Where every user can read it: TMPDIR may be closed to others.
        var directory = Directory.CreateDirectory($"/tmp/{key}");
        try
        {
            File.SetUnixFileMode(directory.FullName, (UnixFileMode)0b111_001_001);
            var commands = Path.Join(directory.FullName, "commands");
            await File.WriteAllTextAsync(commands, $"set {key} {value} expire={Expiry}\nprint {key}\nrm {key}\nprint {key}\nquit\n", cancel);
            File.SetUnixFileMode(commands, (UnixFileMode)0b110_100_100);
            string[] tool = [Tool, "-conf", host.File.Path, "-perm", "-d", "err", "-run", commands];
            string[] command = isOther ? [Runner, "-u", user!, "--", .. tool] : tool;
            var began = host.Time.GetTimestamp();
            var result = await host.Commands.RunAsync(command[0], command[1..], limit, cancel);
            var judged = Judge(result, host.File.Path, key, value, host.Time.GetElapsedTime(began));
            return isOther && judged.Verdict == CheckVerdict.Failed
                ? judged with { Next = $"{judged.Next}; it ran with the groups that the account has, SupplementaryGroups= of a program's unit does not count here" }
                : judged;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>What the tool prints of a key is <c>"KEY" => "VALUE"</c>, or that there is no value; its errors come by another way, so that their place among the commands is not known.</summary>
    internal static CheckResult Judge(CommandResult result, string ini, string key, string value, TimeSpan took)
    {
        var lines = result.Output.Split('\n', StringSplitOptions.TrimEntries);
        var shown = lines.Count(line => line == $"\"{key}\" => \"{value}\"");
        var isGone = lines.Any(line => line.StartsWith($"\"{key}\" => ", StringComparison.Ordinal) && !line.EndsWith('"'));
        var errors = string.Join(" / ", lines.Where(line => line.Length > 0 && !line.StartsWith("> ", StringComparison.Ordinal) && line != "Quit." && !line.StartsWith($"\"{key}\"", StringComparison.Ordinal)).TakeLast(3));
        const string Next = $"the checks {CheckNames.UserGroup}, {CheckNames.UserDirectory}, {CheckNames.ServerConnection} and {CheckNames.ServerState} tell whether it is this host or the servers";
        return result.Failure == CommandFailure.TimedOut
            ? CheckResult.Failed(CheckNames.Key, "TimedOut", $"{Tool} did not end in time: {errors}; the key {key} may be in the cluster, {MayBeThere}", Next)
            : result.Failure is not null || lines.Any(line => line.StartsWith($"{Runner}: ", StringComparison.Ordinal))
            ? CheckResult.Unknown(CheckNames.Key, $"{Tool} was not run: {errors}") with { Reason = "NotStarted" }
            : !result.IsDone ? CheckResult.Failed(CheckNames.Key, "NotOpened", $"{Tool} could not open the cluster: {errors}", Next)
            : shown == 0 ? CheckResult.Failed(CheckNames.Key, "NotRead", $"the key {key} was not read after it was set; it may be in the cluster, {MayBeThere}: {errors}", Next)
            : shown > 1 || !isGone ? CheckResult.Warning(CheckNames.Key, "NotRemoved", $"a key was set and read, and was not seen to be removed; {MayBeThere}: {errors}", $"{Tool} -conf {ini} -perm, there: print {key}, rm {key}")
            : CheckResult.Ok(CheckNames.Key, string.Create(CultureInfo.InvariantCulture, $"a key was set, read and removed in {took.TotalSeconds:0.00} s"));
    }
}
