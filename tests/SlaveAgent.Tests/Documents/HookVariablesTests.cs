using System.Text.RegularExpressions;
using SlaveAgent.Hooks;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Documents;

/// <summary>What hooks get and what the pages say that they get are the same.</summary>
public sealed partial class HookVariablesTests
{
    [Fact]
    public void The_table_of_the_operating_page_has_each_variable_in_order() =>
        Assert.Equal(Names, Row().Matches(Repository.Read("packaging/OPERATING.md")).Select(match => match.Groups[1].Value));

    [Fact]
    public void The_manual_page_explains_each() =>
        Assert.Equal(Names, Explained().Matches(Repository.Read("packaging/man/k2hdkc-slave-agent.8")).SelectMany(match => Variable().Matches(match.Value)).Select(match => match.Value));

    [Fact]
    public void The_examples_use_none_that_there_is_not()
    {
        var used = Repository.Files("packaging/examples").SelectMany(file => Variable().Matches(Repository.Read(file))).Select(match => match.Value).Distinct().ToList();
        Assert.NotEmpty(used);
        Assert.Subset(Names.ToHashSet(), used.ToHashSet());
    }

    private static IReadOnlyList<string> Names => [.. HookPlan.VariablesOf(HookFacts.None, HookFacts.None, SampleStatus.Whole, 1).Select(variable => variable.Key)];

    [GeneratedRegex(@"^\| `(K2HDKC_[A-Z_]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"(?<=^\.TP\n)\.[BI]R? .*K2HDKC_.*$", RegexOptions.Multiline)]
    private static partial Regex Explained();

    [GeneratedRegex(@"\bK2HDKC_[A-Z_]+\b")]
    private static partial Regex Variable();
}
