using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit.Sdk;
using Xunit.v3;

[assembly: SlaveAgent.Tests.TestProgress]

namespace SlaveAgent.Tests;

/// <summary>Says to whoever runs the tests which class begins and what it is about, by its documentation, and why a test was skipped.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed partial class TestProgressAttribute : BeforeAfterTestAttribute
{
    /// <summary>Of the process, because xunit makes an object of this for each of its collections.</summary>
    private static readonly ConcurrentDictionary<string, bool> Said = [];
    private static readonly Lazy<Dictionary<string, string>> Summaries = new(ReadSummaries);

    // The state of a test that was skipped does not have the reason.
    static TestProgressAttribute() => AppDomain.CurrentDomain.FirstChanceException += (_, thrown) => SaySkipped(thrown.Exception);

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        if (methodUnderTest.ReflectedType is { } type && Said.TryAdd(type.FullName!, true))
        {
            TestContext.Current.SendDiagnosticMessage("{0}{1}", NameOf(type), Summaries.Value.TryGetValue($"T:{type.FullName}", out var summary) ? $": {summary}" : string.Empty);
        }
    }

    private static void SaySkipped(Exception thrown)
    {
        if (thrown is SkipException && TestContext.Current.Test is { } test && Said.TryAdd(test.UniqueID, true))
        {
            TestContext.Current.SendDiagnosticMessage("skipped, because {0}: {1}", thrown.Message.Replace(Xunit.v3.DynamicSkipToken.Value, string.Empty, StringComparison.Ordinal), test.TestDisplayName);
        }
    }

    private static string NameOf(Type type) => type.FullName![(type.Assembly.GetName().Name!.Length + 1)..];

    private static Dictionary<string, string> ReadSummaries() =>
        XDocument.Load(Path.ChangeExtension(typeof(TestProgressAttribute).Assembly.Location, ".xml")).Descendants("member")
            .Where(member => member.Attribute("name")!.Value.StartsWith("T:", StringComparison.Ordinal) && member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => Spaces().Replace(Text(member.Element("summary")!), " ").Trim(), StringComparer.Ordinal);

    private static string Text(XElement element) => string.Concat(element.Nodes().Select(node => node switch
    {
        XText text => text.Value,
        XElement { HasAttributes: true, IsEmpty: true } reference => reference.FirstAttribute!.Value.Split('.', ':')[^1],
        XElement inner => Text(inner),
        _ => string.Empty,
    }));

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
