using System.Reflection;

namespace SlaveAgent.GuestTests;

/// <summary>Where this project's own files are.</summary>
internal static class Repository
{
    public static string Directory { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Repository").Value!.TrimEnd('/');

    public static string At(string path) => Path.Combine(Directory, path);

    public static string Read(string path) => File.ReadAllText(At(path));
}
