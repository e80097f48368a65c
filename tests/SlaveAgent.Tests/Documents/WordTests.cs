using System.Text.RegularExpressions;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Documents;

/// <summary>What is written here is found by people who search for the field's standard terms; <c>words.txt</c> has what is written instead of what.</summary>
public sealed partial class WordTests
{
    private const string List = "tests/SlaveAgent.Tests/Documents/words.txt";

    private static readonly string[] NotRead = [".png", ".svg", ".lock.json", ".sln"];

    [Fact]
    public void No_word_of_the_list_stands_anywhere()
    {
        var list = Entries();
        Assert.True(list.Count > 10, $"{list.Count} entries were read");
        var found = Places().SelectMany(file => Find(list, file, Repository.Read(file))).ToList();
        Assert.True(found.Count == 0, string.Join(Environment.NewLine, found));
    }

    [Theory]
    [InlineData("private readonly TimeSpan _namePatience;", "patience")]
    [InlineData("// who\n    // is told to\n    /// end here", "told to end")]
    [InlineData("A_spoilt_file_is_restored", "spoilt")]
    public void A_word_is_found_in_identifiers_and_across_lines(string text, string word) =>
        Assert.StartsWith($"file.cs:{(word.Contains(' ', StringComparison.Ordinal) ? 2 : 1)}: \"{word}\"", Assert.Single(Find(Entries(), "file.cs", text)), StringComparison.Ordinal);

    [Theory]
    [InlineData("a heartbeat a second")]
    [InlineData("recommended")]
    public void A_word_that_only_holds_one_is_none(string text) => Assert.Empty(Find(Entries(), "file.cs", text));

    private static IEnumerable<string> Places() => Repository.Files()
        .Where(file => !NotRead.Any(end => file.EndsWith(end, StringComparison.Ordinal)))
        .Where(file => !file.Contains("/Fixtures/", StringComparison.Ordinal) && !file.Contains("/Corpus/", StringComparison.Ordinal))
        .Where(file => file != List && Path.GetFileName(file) != $"{nameof(WordTests)}.cs");

    private static IEnumerable<string> Find(List<(Regex Word, string Instead)> list, string file, string text)
    {
        var plain = Plain(text);
        return list.SelectMany(entry => entry.Word.Matches(plain)
            .Select(match => $"{file}:{plain.AsSpan(0, match.Index).Count('\n') + 1}: \"{Spaces().Replace(match.Value, " ").ToLowerInvariant()}\", write {entry.Instead}"));
    }

    private static List<(Regex Word, string Instead)> Entries() => [.. Repository.Read(List).Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Where(line => !line.StartsWith('#'))
        .Select(line => line.Split('\t'))
        .Select(parts => (new Regex($@"\b(?:{string.Join('|', parts[0].Split(", ").Select(word => Regex.Escape(word).Replace("\\ ", @"[\s/#*]+", StringComparison.Ordinal)))})\b", RegexOptions.IgnoreCase), parts[1]))];

    /// <summary>Identifiers as words; every line stays a line.</summary>
    private static string Plain(string text) => Hump().Replace(text.Replace('_', ' '), "$1 $2");

    [GeneratedRegex("([a-z0-9])([A-Z])")]
    private static partial Regex Hump();

    [GeneratedRegex(@"[\s/#*]+")]
    private static partial Regex Spaces();
}
