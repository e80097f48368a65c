using System.Text;
using SlaveAgent.Files;

namespace SlaveAgent.Tests.Support;

/// <summary>A directory of a test's own, gone when the test is over.</summary>
internal sealed class TempDirectory : IDisposable
{
    public TempDirectory() => Path = Directory.CreateTempSubdirectory("slave-agent-tests-").FullName;

    public string Path { get; }

    /// <summary>The directory as a host's root.</summary>
    public HostRoot Root => new(Path);

    public string At(string name) => System.IO.Path.Join(Path, name);

    /// <summary>Writes a file, with the directories above it.</summary>
    public string Put(string name, string text) => PutAt(At(name), text);

    /// <summary>The same by a path that lies under the directory already.</summary>
    public static string PutAt(string path, string text)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes(text));
        return path;
    }

    public void Dispose() => Trees.Remove(Path);
}
