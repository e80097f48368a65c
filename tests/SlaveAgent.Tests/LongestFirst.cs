using SlaveAgent.Tests.Agent;
using SlaveAgent.Tests.Faults;
using SlaveAgent.Tests.Sandbox;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(SlaveAgent.Tests.LongestFirst))]

namespace SlaveAgent.Tests;

/// <summary>What takes minutes begins first: begun last, it would run alone at the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long = [.. new[] { typeof(ChmpxTests), typeof(CrashStateTests), typeof(ServeTests), typeof(HoldTests), typeof(ScrapeTests) }.Select(type => $"{type.FullName} ")];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => !Array.Exists(Long, name => $"{collection.TestCollectionDisplayName} ".Contains(name, StringComparison.Ordinal)))];
}
