using System.Text.RegularExpressions;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Documents;

/// <summary>
/// Tests compare codes and data, never the agent's own sentences, which people read and anybody may reword. A text is taken for one of these when it is compared and shares
/// words in a row with a text of the agent's code: three words, all of its own where it has but two, or all of the agent's two. File names, keys and numbers are no words.
/// </summary>
public sealed partial class ComparisonTests
{
    private const string Source = "src/SlaveAgent";

    /// <summary>What is compared there is what programs of others say, by their stand-ins or themselves, and what these tests say.</summary>
    private static readonly string[] Others = ["tests/SlaveAgent.Tests/Sandbox/", "tests/SlaveAgent.Tests/Conformance/", "tests/SlaveAgent.Tests/Documents/"];

    private static readonly string[] Comparing = ["Contains", "StartsWith", "EndsWith", "IndexOf", "Split", "Count", "Equals", "IsMatch", "InlineData"];

    /// <summary>Their text is for who reads the failure, or goes into what is called.</summary>
    private static readonly string[] NotComparing = ["True", "False", "Fail", "Skip", "SkipWhen", "SkipUnless", "Throws", "ThrowsAsync", "ThrowsAny", "ThrowsAnyAsync"];

    [Fact]
    public void No_test_compares_a_sentence_of_the_agents_own()
    {
        var own = Sentences.Of(Code(Source).SelectMany(file => StringLiteral.Of(Repository.Read(file)).Where(literal => !IsCompared(literal)).Select(literal => literal.Text)));
        string[] tests = [.. Code("tests/SlaveAgent.Tests").Concat(Code("tests/SlaveAgent.GuestTests")).Where(file => !Others.Any(other => file.StartsWith(other, StringComparison.Ordinal)))];
        var compared = tests.Sum(file => StringLiteral.Of(Repository.Read(file)).Count(IsCompared));
        Assert.True(compared > 1000, $"only {compared} comparisons with a text were found, so the test does not see them");
        Assert.Empty(tests.SelectMany(file => Find(own, file, Repository.Read(file))));
    }

    [Theory]
    [InlineData("Assert.Contains(\"42 left the ring\", output);")]
    [InlineData("Assert.Equal($\"{name} left the ring\", e.Message);")]
    [InlineData("Assert.Single(log, line => line.EndsWith(\"left the ring\", StringComparison.Ordinal));")]
    [InlineData("Assert.True(output.Contains(\"Nothing changed.\"), \"other words\");")]
    [InlineData("Assert.Equal(new Outcome.Failed(\"42 left the ring\"), outcome);")]
    [InlineData("if (said == \"nothing changed\")")]
    [InlineData("[InlineData(\"\", \"it left the ring\")]")]
    [InlineData("const string Said = \"left the ring\"; Assert.Contains(Said, output);")]
    [InlineData("Assert.Contains(\"\"\"\n    left the\n    ring\n    \"\"\", output);")]
    public void A_compared_sentence_is_found(string test) => Assert.Single(Find(Sentences.Of(["svr1 left the ring", "nothing changed", "Nothing changed"]), "test.cs", test));

    [Theory]
    [InlineData("Assert.True(isGone, \"it left the ring\");")]
    [InlineData("await UntilAsync(() => isGone, \"it left the ring\");")]
    [InlineData("// Assert.Equal(\"left the ring\", output);")]
    [InlineData("Assert.Contains(\"/etc/left/the/ring\", output);")]
    [InlineData("Assert.Contains(\"ring\", output);")]
    [InlineData("Assert.Contains(\"left a ring\", output);")]
    [InlineData("Assert.Equal(2, Count(File.Put(\"left the ring\")));")]
    public void What_is_no_comparison_or_no_sentence_is_not(string test) => Assert.Empty(Find(Sentences.Of(["svr1 left the ring"]), "test.cs", test));

    private static IEnumerable<string> Code(string below) => Repository.Files(below).Where(file => file.EndsWith(".cs", StringComparison.Ordinal));

    private static IEnumerable<string> Find(Sentences own, string file, string code) => StringLiteral.Of(code)
        .Where(literal => IsCompared(literal) || IsComparedByName(literal, code))
        .Select(literal => (Line: code.AsSpan(0, literal.Position).Count('\n') + 1, Words: own.FindIn(literal.Text)))
        .Where(found => found.Words is not null)
        .Select(found => $"{file}:{found.Line}: \"{found.Words}\" is the agent's own: compare a code or data");

    private static bool IsCompared(StringLiteral literal) =>
        Operator().IsMatch(literal.Before)
        || (literal.Calls.LastOrDefault(call => call.Length > 0) is { } call && call.Split('.') is var parts
            && (call.StartsWith("Assert.", StringComparison.Ordinal) ? !NotComparing.Contains(parts[^1]) : Comparing.Contains(parts[^1])));

    private static bool IsComparedByName(StringLiteral literal, string code) =>
        Constant().Match(literal.Before) is { Success: true } constant
        && Regex.IsMatch(code, $@"(?:Assert\.|\.(?:{string.Join('|', Comparing)})\()[^;]*\b{constant.Groups["name"].Value}\b");

    [GeneratedRegex(@"(?:[=!]=|\bis|\bor|\band|\bcase)\s*$")]
    private static partial Regex Operator();

    [GeneratedRegex(@"\bconst string (?<name>\w+) =\s*$")]
    private static partial Regex Constant();

    /// <summary>The texts of the agent's code as rows of words.</summary>
    private sealed partial class Sentences
    {
        private const int Enough = 3;

        private readonly HashSet<string> _rows = new(StringComparer.OrdinalIgnoreCase);
        private readonly HashSet<string> _pairs = new(StringComparer.OrdinalIgnoreCase);

        public static Sentences Of(IEnumerable<string> texts)
        {
            var sentences = new Sentences();
            foreach (var text in texts)
            {
                var words = Words(text);
                sentences._rows.UnionWith(Rows(words, 2).Concat(Rows(words, Enough)));
                sentences._pairs.UnionWith(words is [{ }, { }] ? Rows(words, 2) : []);
            }

            return sentences;
        }

        /// <returns>The words in a row that this text shares with the agent's code; null for none.</returns>
        public string? FindIn(string text)
        {
            var words = Words(text);
            var wanted = Math.Min(Enough, words.Count(word => word is not null));
            return (wanted < 2 ? [] : Rows(words, wanted).Where(_rows.Contains)).Concat(Rows(words, 2).Where(_pairs.Contains)).FirstOrDefault();
        }

        /// <summary>So many words in a row, at least one of them in small letters: keys and names of programs' own are no sentence.</summary>
        private static IEnumerable<string> Rows(List<string?> words, int length) => Enumerable.Range(0, Math.Max(0, words.Count - length + 1))
            .Select(first => words.Skip(first).Take(length).ToList())
            .Where(row => row.All(word => word is not null) && row.Exists(word => char.IsAsciiLetterLower(word![0])))
            .Select(row => string.Join(' ', row));

        /// <summary>Null in the place of what is no word.</summary>
        private static List<string?> Words(string text) =>
            [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(part => part.Trim('.', ',', ':', ';', '(', ')', '?', '!', '"')).Select(part => Word().IsMatch(part) ? part : null)];

        [GeneratedRegex("^[A-Za-z][A-Za-z0-9]*(?:'[a-z]+)?$")]
        private static partial Regex Word();
    }
}
