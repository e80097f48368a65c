using System.Reflection;

namespace SlaveAgent.Tests.Support;

/// <summary>Where this project's own files are.</summary>
internal static class Repository
{
    private static readonly HashSet<string> Outputs = new(StringComparer.Ordinal) { "bin", "obj", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts", ".git", ".vs", ".idea" };

    public static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Repository").Value!.TrimEnd('/');

    public static string At(string path) => Path.Combine(Root, path);

    public static string Read(string path) => File.ReadAllText(At(path));

    /// <summary>The files of the repository, without what a build makes, as paths from its top.</summary>
    /// <param name="below">A directory, from the top; empty: all.</param>
    public static IEnumerable<string> Files(string below = "")
    {
        foreach (var file in Directory.EnumerateFiles(At(below)))
        {
            yield return Path.GetRelativePath(Root, file);
        }

        foreach (var directory in Directory.EnumerateDirectories(At(below)))
        {
            if (Outputs.Contains(Path.GetFileName(directory)))
            {
                continue;
            }

            foreach (var file in Files(Path.GetRelativePath(Root, directory)))
            {
                yield return file;
            }
        }
    }
}
