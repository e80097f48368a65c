using System.Text.RegularExpressions;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Documents;

/// <summary>What comments and pages name as the source of a fact is in the repository.</summary>
public sealed partial class CitationTests
{
    /// <summary>A citation that leaves out <c>src/SlaveAgent/</c> names a room, such as <c>Chmpx/README.md, "Reload"</c>.</summary>
    private const string Rooms = "src/SlaveAgent";

    private static readonly string[] Places = ["src", "tests", "packaging", "cloud-init", ".ci", ".github"];

    [Fact]
    public void Every_page_that_is_cited_is_there_and_has_the_cited_heading()
    {
        var citations = Citations().ToList();
        Assert.True(citations.Count > 50, $"{citations.Count} citations were found");
        AssertNone(citations.Select(Wrong));
    }

    [Fact]
    public void Every_link_between_pages_resolves()
    {
        var links = Page.All().SelectMany(page => page.Links.Where(IsLocal).Select(link => (Page: page.Path, Link: link))).ToList();
        Assert.NotEmpty(links);
        AssertNone(links.Select(link => Wrong(link.Page, link.Link)));
    }

    [Theory]
    [InlineData("// K2HR3 answers late (K2hr3/README.md, \"Store in trouble\").", null)]
    [InlineData("/// ends (Chmpx/README.md,\n    /// \"Signals\")", null)]
    [InlineData("// as src/SlaveAgent/Chmpx/README.md has it", null)]
    [InlineData("// see (chmpx.md)", "chmpx.md is not in the repository")]
    [InlineData("// see Chmpx/README.md, \"No such heading\"", "Chmpx/README.md has no heading \"No such heading\"")]
    public void A_citation_that_does_not_resolve_is_found(string comment, string? wrong) =>
        Assert.Equal(wrong is null ? null : "src/SlaveAgent/Program.cs: " + wrong, Wrong(Assert.Single(Citations("src/SlaveAgent/Program.cs", comment))));

    [Theory]
    [InlineData("README.md", "packaging/agent.yaml", null)]
    [InlineData("README.md", "packaging/none.yaml", "README.md: packaging/none.yaml is not in the repository")]
    [InlineData("cloud-init/README.md", "../README.md#no-such-heading", "cloud-init/README.md: README.md has no heading for #no-such-heading")]
    public void A_link_that_does_not_resolve_is_found(string page, string link, string? wrong) => Assert.Equal(wrong, Wrong(page, link));

    private static IEnumerable<Citation> Citations() => Places
        .Where(place => Directory.Exists(Repository.At(place)))
        .SelectMany(Repository.Files)
        .Where(file => Path.GetExtension(file) is not ".svg" && !file.Contains("/Fixtures/", StringComparison.Ordinal)
            && Path.GetFileName(file) != $"{nameof(CitationTests)}.cs")
        .SelectMany(file => Citations(file, Repository.Read(file)));

    private static IEnumerable<Citation> Citations(string file, string text) => Cited().Matches(text)
        .Select(match => new Citation(file, match.Groups["page"].Value, match.Groups["heading"] is { Success: true } heading ? heading.Value : null));

    private static string? Wrong(Citation citation)
    {
        var path = ((string[])["", Rooms, Path.GetDirectoryName(citation.File)!])
            .Select(place => Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Join(Repository.At(place), citation.Page))))
            .FirstOrDefault(path => File.Exists(Repository.At(path)));
        return path is null ? $"{citation.File}: {citation.Page} is not in the repository"
            : citation.Heading is { } heading && !Page.Read(path).Headings.Contains(heading) ? $"{citation.File}: {citation.Page} has no heading \"{heading}\""
            : null;
    }

    private static string? Wrong(string page, string link)
    {
        var (name, anchor) = link.Split('#') is [var before, var after] ? (before, after) : (link, null);
        var path = name.Length == 0 ? page : Path.GetRelativePath(Repository.Root, Path.GetFullPath(Path.Join(Repository.At(Path.GetDirectoryName(page)!), name)));
        return !Path.Exists(Repository.At(path)) ? $"{page}: {path} is not in the repository"
            : anchor is not null && !Page.Read(path).Anchors.Contains(anchor) ? $"{page}: {path} has no heading for #{anchor}"
            : null;
    }

    private static void AssertNone(IEnumerable<string?> wrong)
    {
        var all = string.Join(Environment.NewLine, wrong.OfType<string>());
        Assert.True(all.Length == 0, all);
    }

    private static bool IsLocal(string link) => !link.Contains(':', StringComparison.Ordinal);

    [GeneratedRegex("""(?<![*\w./-])(?<page>[A-Za-z.][\w./-]*\.md)\b(?:,\s+(?:///?\s+|#\s+)?"(?<heading>[^"\n]+)")?""")]
    private static partial Regex Cited();

    private sealed record Citation(string File, string Page, string? Heading);
}
