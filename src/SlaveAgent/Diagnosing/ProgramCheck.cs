using System.Globalization;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Packages;
using SlaveAgent.Settings;

namespace SlaveAgent.Diagnosing;

/// <summary>Whether the programs of a user can open the cluster: through the group, chmpx's directories, and the configuration.</summary>
internal sealed class ProgramCheck(DiagnosedHost host, string user) : ICheck
{
    public string Name => CheckNames.User;

    public CheckGroup Group => CheckGroup.Program;

    private bool IsChmpxUnmanaged => host.Systemd.WhyAbsent is not null;

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel)
    {
        var found = await new Accounts(host.Root, host.Commands).FindAsync(user, cancel);
        if (found.Uid is not { } uid)
        {
            return [found.IsMissing ? CheckResult.Failed(Name, "Missing", "there is no such user on this host", $"getent passwd {user}").Of(user) : CheckResult.Unknown(Name, found.Problem!).Of(user)];
        }

        var accounts = new GroupAccounts(host.Root, host.Commands);
        if (await accounts.AllOfUserAsync(user, cancel) is not { } groups)
        {
            return [CheckResult.Unknown(Name, "the user's groups are not known").Of(user)];
        }

        // Without systemd whoever runs chmpx decides on its group, and its unit's directory of /run is nobody's.
        var shared = IsChmpxUnmanaged || host.Settings.Chmpx.Access == ChmpxAccess.All ? null : await accounts.FindAsync(ChmpxGroup.Name, cancel);
        return
        [
            CheckResult.Ok(Name, $"number {uid.ToString(CultureInfo.InvariantCulture)}").Of(user),
            GroupResult(shared, uid, groups),
            .. SharedDirectories.Paths.Where(path => !IsChmpxUnmanaged || path == SharedDirectories.Memory).Select(path => DirectoryResult(path, uid, groups)),
            Ini(uid, groups),
        ];
    }

    private CheckResult GroupResult(GroupLookup? shared, uint uid, IReadOnlySet<uint> groups) =>
        shared is null ? CheckResult.Ok(CheckNames.UserGroup, IsChmpxUnmanaged ? "whoever runs chmpx decides who may use the cluster" : "chmpx.access is all: no group is needed")
        : shared.Name is null ? CheckResult.Failed(CheckNames.UserGroup, "Missing", $"there is no group {ChmpxGroup.Name}", "systemctl start k2hdkc-slave-bootstrap, which creates it")
        : uid == 0 || groups.Contains(shared.Gid) ? CheckResult.Ok(CheckNames.UserGroup, $"{user} is in the group {ChmpxGroup.Name}")
        : CheckResult.Failed(CheckNames.UserGroup, "NotAMember", $"{user} is not in the group {ChmpxGroup.Name}", $"SupplementaryGroups={ChmpxGroup.Name} in the program's unit, or usermod -aG {ChmpxGroup.Name} {user}; a program has its groups from its start on");

    private CheckResult DirectoryResult(string path, uint uid, IReadOnlySet<uint> groups)
    {
        const UnixFileMode All = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
        return (FileStatus.OfTarget(host.Root.At(path)) is not { } status ? CheckResult.Failed(CheckNames.UserDirectory, "Missing", "it is not there", !IsChmpxUnmanaged ? $"chmpx's unit makes it: systemctl restart {host.Settings.Chmpx.Unit}" : "mount it, or make it before chmpx starts")
            : UserAccess.Has(status, uid, groups, All) ? CheckResult.Ok(CheckNames.UserDirectory, $"mode {Convert.ToString((int)status.Mode, 8)}: {user} may make files in it")
            : CheckResult.Failed(CheckNames.UserDirectory, "Closed", $"mode {Convert.ToString((int)status.Mode, 8)}, owner {status.User}:{status.Group}: {user} may not make files in it", !IsChmpxUnmanaged ? $"systemctl restart {host.Settings.Chmpx.Unit}, which sets it by chmpx.access" : $"chmod 1777 {path}, or chmod 2770 with a group of the user's")).Of(path);
    }

    private CheckResult Ini(uint uid, IReadOnlySet<uint> groups)
    {
        var path = host.File.Path;
        if (FileStatus.OfTarget(path) is not { } status)
        {
            return CheckResult.Failed(CheckNames.UserIni, "Missing", $"{path} is not there", $"the check {CheckNames.Ini} tells why");
        }

        for (var directory = Path.GetDirectoryName(path); directory is { Length: > 1 } && directory.Length > host.Root.Directory.TrimEnd('/').Length; directory = Path.GetDirectoryName(directory))
        {
            if (FileStatus.OfTarget(directory) is { } above && !UserAccess.Has(above, uid, groups, UnixFileMode.OtherExecute))
            {
                return CheckResult.Failed(CheckNames.UserIni, "DirectoryClosed", $"{user} may not enter {directory}", $"chmod o+x {directory}");
            }
        }

        var list = ExtendedAttributes.AccessListOf(path) is { SaysMoreThanMode: true } found ? found : null;
        var mode = list?.Mode ?? status.Mode;
        return UserAccess.Has(status with { Mode = mode }, uid, groups, UnixFileMode.OtherRead) ? CheckResult.Ok(CheckNames.UserIni, $"{user} may read {path}")
            : list is not null && (list.CanRead(new FileReaders(uid, null)) || groups.Any(group => list.CanRead(new FileReaders(null, group)))) ? CheckResult.Ok(CheckNames.UserIni, $"{user} may read {path} by its access control list")
            : CheckResult.Failed(
                CheckNames.UserIni, "Unreadable", $"{path} has mode {Convert.ToString((int)mode, 8)}{(list is null ? string.Empty : ", its access control list does not name the user or a group of the user's")}, and {user} may not read it",
                "set configuration.mode, or put the user into the group");
    }
}
