using System.Globalization;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// The files of a running chmpx: its shared memory file, which a killed process leaves behind and the next start renames
/// (.bup, .bup.0, ...), and the stand-in's own files: the attached programs, and the cost of clients.
/// </summary>
internal sealed class StateFiles(string directory, string name)
{
    public string Directory => directory;

    private string SharedMemory => Path.Combine(directory, $"{name}.chmpx");

    private string Clients => Path.Combine(directory, $"{name}.clients");

    private string Callers => Path.Combine(directory, $"{name}.callers");

    /// <summary>Whether a program is attached: each is represented by a file in the directory.</summary>
    public bool HasClients => System.IO.Directory.Exists(Clients) && System.IO.Directory.EnumerateFileSystemEntries(Clients).Any();

    public void Create()
    {
        System.IO.Directory.CreateDirectory(directory);
        if (File.Exists(SharedMemory))
        {
            File.Move(SharedMemory, Unused());
        }
        // Mode 0666 minus the umask, which is .NET's default.
        File.WriteAllText(SharedMemory, string.Create(CultureInfo.InvariantCulture, $"the stand-in's shared memory, pid {Environment.ProcessId}\n"));
    }

    public void Delete() => File.Delete(SharedMemory);

    /// <summary>Records the cost of admitting clients so far.</summary>
    public void Note(int callers, int lookups) =>
        File.WriteAllText(Callers, string.Create(CultureInfo.InvariantCulture, $"{callers} callers, {lookups} lookups\n"));

    private string Unused()
    {
        var path = $"{SharedMemory}.bup";
        for (var number = 0; File.Exists(path); number++)
        {
            path = string.Create(CultureInfo.InvariantCulture, $"{SharedMemory}.bup.{number}");
        }
        return path;
    }
}
