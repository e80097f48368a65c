namespace SlaveAgent.Sandbox.HostTools;

/// <summary>A lock of the package managers, held the way apt and dpkg do: fcntl on the whole file.</summary>
public sealed class PackageLock : IDisposable
{
    /// <summary>dpkg's frontend lock, which apt can be told to wait for.</summary>
    public const string Frontend = "var/lib/dpkg/lock-frontend";

    /// <summary>The lists' lock, which it does not wait for (Hosting/README.md, "apt and dpkg").</summary>
    public const string Lists = "var/lib/apt/lists/lock";

    public const string Rpm = "var/lib/rpm/.rpm.lock";

    private readonly FileStream file;

    private PackageLock(FileStream file) => this.file = file;

    /// <summary>Null while another process holds it.</summary>
    public static PackageLock? TryTake(HostLayout layout, string path)
    {
        var full = Path.Combine(layout.Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var file = new FileStream(full, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        try
        {
            file.Lock(0, 0);
            return new(file);
        }
        catch (IOException)
        {
            file.Dispose();
            return null;
        }
    }

    public void Dispose() => file.Dispose();
}
