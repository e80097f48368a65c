namespace SlaveAgent.Tests;

public sealed class FixtureTests
{
    [Fact]
    public void The_recorded_exchanges_are_beside_the_tests() =>
        Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, "Fixtures", "chmpx", "DUMP.txt")));
}
