using SlaveAgent.Files;
using SlaveAgent.Settings;

namespace SlaveAgent.Hosting;

/// <summary>Whether the services of this host are systemd's.</summary>
public static class SystemdPresence
{
    /// <summary>Exists where systemd is what runs this host (sd_booted(3)).</summary>
    public const string Directory = "/run/systemd/system";

    public static bool IsAtWork(HostRoot root) => FileStatus.Of(root.At(Directory)) is not null;

    /// <returns>systemd's units, or <see cref="NoSystemd"/> where they are not the agent's to manage.</returns>
    public static ISystemd Find(ServiceManager manager, HostRoot root, CommandRunner commands) => Find(manager, root, commands, CommandRunner.IsOnPath("systemctl"));

    /// <param name="hasSystemctl">A systemctl without systemd may be one that stands in for it, and manages services all the same.</param>
    internal static ISystemd Find(ServiceManager manager, HostRoot root, CommandRunner commands, bool hasSystemctl) => manager switch
    {
        ServiceManager.Systemd => new Systemctl(commands),
        ServiceManager.None => new NoSystemd("services.manager is none"),
        _ when hasSystemctl || IsAtWork(root) => new Systemctl(commands),
        _ => new NoSystemd($"systemd does not run this host ({Directory} and systemctl are missing)"),
    };
}
