using System.Text.RegularExpressions;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Documents;

/// <summary>A Markdown page of the repository.</summary>
/// <param name="Path">From the top.</param>
/// <param name="Text">Without its code blocks.</param>
internal sealed partial record Page(string Path, string Text)
{
    public static Page Read(string path) => new(path, Fence().Replace(Repository.Read(path), string.Empty));

    public static IEnumerable<Page> All() => Repository.Files().Where(file => file.EndsWith(".md", StringComparison.Ordinal)).Select(Read);

    public IEnumerable<string> Headings => Heading().Matches(Text).Select(match => match.Groups[1].Value.Trim());

    /// <summary>The parts after <c>#</c> by which a link finds a heading.</summary>
    public IEnumerable<string> Anchors => Headings.Select(heading => NoAnchor().Replace(heading.ToLowerInvariant(), string.Empty).Replace(' ', '-'));

    /// <summary>Where its links and pictures point, as written.</summary>
    public IEnumerable<string> Links => Link().Matches(Text).Select(match => match.Groups[1].Value);

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("^#{1,6} (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N}\- _]")]
    private static partial Regex NoAnchor();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
