using SlaveAgent.GuestTests.Guests;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace SlaveAgent.GuestTests.Guests;

/// <summary>Starts the test that waits for minutes before the others, which then run beside it.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => !collection.TestCollectionDisplayName.Contains(nameof(HardFirstBootTests), StringComparison.Ordinal))];
}
