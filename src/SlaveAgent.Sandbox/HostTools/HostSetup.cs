namespace SlaveAgent.Sandbox.HostTools;

/// <summary>Creates a fresh VM: what an image and cloud-init leave before the agent runs for the first time.</summary>
public static class HostSetup
{
    /// <summary>Writes the root, the tools and the package catalogue.</summary>
    public static HostState Create(HostLayout layout, string instanceId, string? chmpx = null)
    {
        Write(layout, "etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n");
        Write(layout, "etc/resolv.conf", "nameserver 127.0.0.53\nsearch novalocal\n");
        Write(layout, "etc/hostname", "slave-vm\n");
        Write(layout, "var/lib/cloud/data/instance-id", instanceId + "\n");

        // By this systemd is known to be at work (sd_booted(3)).
        Directory.CreateDirectory(Path.Combine(layout.Root, "run/systemd/system"));
        ToolScripts.Write(layout);
        var state = new HostState(layout);
        state.SetPackages(Package.Catalogue(layout, chmpx));
        return state;
    }

    /// <summary>Writes a file under the root.</summary>
    public static void Write(HostLayout layout, string path, string content)
    {
        var full = Path.Combine(layout.Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, content);
    }
}
