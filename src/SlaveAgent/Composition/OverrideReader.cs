using SlaveAgent.Files;
using SlaveAgent.Hosting;

namespace SlaveAgent.Composition;

/// <summary>Finds a setting of a shell helper where the helper would.</summary>
internal sealed class OverrideReader(HostRoot root)
{
    private const string Directory = "/etc/antpickax";

    public string? Find(string key, string helper = OverrideConf.ResourceHelper) => OverrideConf.Find(
        helper,
        root.TryRead($"{Directory}/override.conf"),
        key,
        other => root.TryRead(other.StartsWith('/') ? other : $"{Directory}/{other}"));
}
