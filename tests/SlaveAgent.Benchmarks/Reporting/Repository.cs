using System.Reflection;

namespace SlaveAgent.Benchmarks.Reporting;

/// <summary>Where this project's sources lie, so that results come to stand beside them.</summary>
internal static class Repository
{
    private static readonly string Root = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Repository").Value!;

    public static string At(string path) => Path.Join(Root, path);

    public static string Result(string name) => At(Path.Join("tests/SlaveAgent.Benchmarks/results", name));
}
