namespace SlaveAgent.Sandbox.HostTools;

/// <summary>A package manager lock, taken as apt and dpkg do: fcntl on the whole file.</summary>
public sealed class PackageLock : IDisposable
{
    /// <summary>dpkg's frontend lock; apt can be configured to wait for it.</summary>
    public const string Frontend = "var/lib/dpkg/lock-frontend";

    /// <summary>The lock of the package lists; apt never waits for it.</summary>
    public const string Lists = "var/lib/apt/lists/lock";

    public const string Rpm = "var/lib/rpm/.rpm.lock";

    private readonly FileStream _file;

    private PackageLock(FileStream file) => _file = file;

    /// <summary>Null while another process owns it.</summary>
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

    public void Dispose() => _file.Dispose();
}
