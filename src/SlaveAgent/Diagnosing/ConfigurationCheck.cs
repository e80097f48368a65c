using SlaveAgent.Chmpx;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Diagnosing;

/// <summary>The configuration in place: by chmpx's rules, who can read and write it, and whether it is the agent's.</summary>
internal sealed class ConfigurationCheck(DiagnosedHost host) : ICheck
{
    public string Name => CheckNames.Ini;

    public CheckGroup Group => CheckGroup.Host;

    public Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel)
    {
        var path = host.File.Path;
        if (FileStatus.Of(path) is not { } status)
        {
            return Result(host.IsNotASlave
                ? CheckResult.Skipped(Name, "the role is no slave node's")
                : CheckResult.Failed(Name, Reasons.NoConfiguration, $"{path} is not there", $"the checks {CheckNames.K2hr3Answer}, {CheckNames.Role}, {CheckNames.Resource} and {CheckNames.Registered} tell why none was written; then k2hdkc-slave-agent regenerate"));
        }

        if (status.Kind != FileKind.Regular)
        {
            return Result(CheckResult.Failed(Name, $"{status.Kind}", $"{path} is no regular file, and is not replaced", "move it away; the agent writes the file again"));
        }

        return Result(Rules(), Mode(path, status), Content());
    }

    private static Task<IReadOnlyList<CheckResult>> Result(params CheckResult[] results) => Task.FromResult<IReadOnlyList<CheckResult>>(results);

    private CheckResult Rules()
    {
        var problems = StartCheck.Make(host.Root, host.File.HostPath);
        return problems.FirstOrDefault(problem => problem.Effect == IniEffect.Ends) is { } ends
            ? CheckResult.Failed(Name, $"{ends.Code}", $"{host.File.Path}, {ends}: chmpx ends on it", "k2hdkc-slave-agent regenerate, or correct what it names")
            : problems.FirstOrDefault(problem => problem.Effect == IniEffect.Harms) is { } harms
            ? CheckResult.Failed(Name, $"{harms.Code}", $"{host.File.Path}, {harms}", "k2hdkc-slave-agent regenerate, or correct the role's resource")
            : CheckResult.Ok(Name, $"{host.File.Path}, generation {host.Ini?.FileVersion}, is one that chmpx takes");
    }

    private CheckResult Mode(string path, FileStatus status)
    {
        // With an access control list the middle digit of the file's own mode is the list's mask.
        var list = ExtendedAttributes.AccessListOf(path) is { SaysMoreThanMode: true } found ? found : null;
        var (mode, wanted) = (list?.Mode ?? status.Mode, host.Settings.Configuration.Mode);
        var said = $"{path} has mode {Octal(mode)}{(list is null ? string.Empty : " by its access control list")}";
        return status.IsMountPoint ? CheckResult.Failed(CheckNames.IniMode, Reasons.MountPoint, $"{path} is a mount point of its own and cannot be replaced", $"mount {Path.GetDirectoryName(path)} instead")
            : status.IsImmutable ? CheckResult.Failed(CheckNames.IniMode, Reasons.ImmutableFile, $"{path} is immutable", $"chattr -i -a {path}")
            : (mode & FileStatus.WritableByOthers & ~wanted) != 0 ? CheckResult.Failed(CheckNames.IniMode, "WritableByOthers", $"{said}, and others may write it", list is null ? $"chmod 0{Octal(wanted)} {path}" : $"getfacl {path}, then setfacl -m g::r,o::r {path}")
            : mode != wanted ? CheckResult.Warning(CheckNames.IniMode, "OtherMode", $"{said}, and configuration.mode is {Octal(wanted)}", "the agent restores it while it runs")
            : status.Links > 1 ? CheckResult.Warning(CheckNames.IniMode, "HardLink", $"{path} has {status.Links} hard links, one of which can keep chmpx from noticing a change", $"find / -xdev -samefile {path}")
            : CheckResult.Ok(CheckNames.IniMode, $"mode {Octal(mode)}, owner {status.User}");
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8);

    private CheckResult Content()
    {
        try
        {
            var copies = new Generations(host.Root.Agent.GenerationsDirectory, host.Settings.Configuration.Keep, host.Settings.Configuration.Mode);
            return copies.ReadNewest() is null ? CheckResult.Skipped(CheckNames.IniContent, "there is no copy of a generation to compare it with")
                : host.File.IsLastGeneration ? CheckResult.Ok(CheckNames.IniContent, $"it is generation {copies.Newest}, as the agent wrote it")
                : CheckResult.Failed(CheckNames.IniContent, Reasons.ForeignFile, $"it is not generation {copies.Newest}, which the agent wrote last: somebody else writes it", $"find out who (the check {CheckNames.ShellTooling}, configuration management); k2hdkc-slave-agent regenerate writes it again");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return CheckResult.Unknown(CheckNames.IniContent, e.Message);
        }
    }
}
