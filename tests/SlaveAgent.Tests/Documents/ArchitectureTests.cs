using System.Text.RegularExpressions;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Documents;

/// <summary>The rooms of src/SlaveAgent, and that each uses only those below it.</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>From the lowest up: a room may use those before it, and no other.</summary>
    private static readonly string[] Rooms =
    [
        "Files", "Settings", "K2hr3", "Chmpx", "Hosting", "Identity",
        "Reconciling", "Ring", "Configuration", "Roles", "Packages", "Services", "Connection",
        "Status", "Hooks", "Adoption", "Composition", "Diagnosing", "Daemon", "Commands",
    ];

    private static string Source => Path.Join(Repository.Root, "src", "SlaveAgent");

    [Fact]
    public void Each_room_uses_only_rooms_below_it()
    {
        var uses = Rooms.SelectMany(room => Directory.EnumerateFiles(Path.Join(Source, room), "*.cs").SelectMany(file => UsesOf(room, file))).ToList();
        Assert.True(uses.Count > 100, "hardly any use was found, so the test does not see them");
        Assert.Empty(uses.Where(use => Array.IndexOf(Rooms, use.Used) > Array.IndexOf(Rooms, use.By)).Select(use => $"{use.By}/{use.File} uses {use.Used}"));
    }

    /// <summary>Those above the stand-ins.</summary>
    [Fact]
    public void In_the_sandbox_the_page_uses_the_scenario_and_not_the_other_way_round()
    {
        string[] rooms = ["Viewing", "Scenario", "Serving"];
        var uses = rooms.SelectMany(room => Directory.EnumerateFiles(Path.Join(Repository.Root, "src", "SlaveAgent.Sandbox", room), "*.cs").SelectMany(file =>
            rooms.Where(used => used != room && File.ReadAllText(file).Contains($"using SlaveAgent.Sandbox.{used};", StringComparison.Ordinal))
                .Select(used => (By: room, File: Path.GetFileName(file), Used: used)))).ToList();
        Assert.NotEmpty(uses);
        Assert.DoesNotContain(uses, use => Array.IndexOf(rooms, use.Used) > Array.IndexOf(rooms, use.By));
    }

    [Fact]
    public void Every_folder_is_a_room_and_every_file_is_named_after_its_type()
    {
        Assert.Equal(Rooms.Order(), Directory.EnumerateDirectories(Source).Select(Path.GetFileName).Where(name => name is not ("bin" or "obj" or "decisions")).Order());
        var unnamed = Rooms.SelectMany(room => Directory.EnumerateFiles(Path.Join(Source, room), "*.cs"))
            .Where(file => !Regex.IsMatch(File.ReadAllText(file), $@"\b(class|record|struct|interface|enum)\s+{Regex.Escape(Path.GetFileNameWithoutExtension(file))}\b"))
            .Select(file => Path.GetRelativePath(Source, file));
        Assert.Empty(unnamed);
    }

    [Fact]
    public void Every_file_holds_one_type()
    {
        var counts = Directory.EnumerateFiles(Path.Join(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Select(file => (File: file, Types: TopLevelType().Count(File.ReadAllText(Path.Join(Repository.Root, file)))))
            .ToList();
        Assert.True(counts.Count(file => file.Types == 1) > 300, "hardly any type was found, so the test does not see them");
        Assert.DoesNotContain(counts, file => file.Types > 1);
    }

    private static IEnumerable<(string By, string File, string Used)> UsesOf(string room, string file) => Use().Matches(File.ReadAllText(file))
        .Select(match => match.Groups[1].Value)
        .Where(used => used != room && Rooms.Contains(used))
        .Distinct()
        .Select(used => (room, Path.GetFileName(file), used));

    [GeneratedRegex(@"\bSlaveAgent\.(\w+)")]
    private static partial Regex Use();

    /// <summary>At the beginning of a line, as with file-scoped namespaces.</summary>
    [GeneratedRegex(@"^(?:[a-z]+ )*(?:class|record|struct|interface|enum|delegate) ", RegexOptions.Multiline)]
    private static partial Regex TopLevelType();
}
