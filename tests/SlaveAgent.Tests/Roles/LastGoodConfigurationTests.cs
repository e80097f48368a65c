using SlaveAgent.Chmpx;
using SlaveAgent.Reconciling;
using SlaveAgent.Roles;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Roles;

public sealed class LastGoodConfigurationTests : IDisposable
{
    private readonly FakeRing _ring = new();

    public void Dispose() => _ring.Dispose();

    [Theory]
    [InlineData("PORT = 8020", true)]
    [InlineData("PORT = 40000", false)]
    [InlineData("PORT = 8020\nSSL = on", false)]
    public async Task A_held_configuration_that_is_lost_is_made_again_unless_it_would_be_refused(string line, bool isMade)
    {
        var held = _ring.Text("svr1").Replace("PORT = 8020", line, StringComparison.Ordinal);
        var files = new HostFiles(_ => false, _ => false);
        Assert.Equal(isMade, IniCheck.Check(IniReader.Read(held), files).IsEmpty);
        var holds = new HoldKeeper(_ring.Directory.Root, _ring.Time);
        holds.Set(new Hold(HoldKind.Held, _ring.Time.GetUtcNow(), null, null) { Generation = 7, Configuration = held });
        var lastGood = new LastGoodConfiguration(_ring.Resource, _ring.File, _ring.Ring, "cuk-slv1", files, holds: holds);
        Assert.Equal(isMade, await lastGood.RestoreAsync(TestContext.Current.CancellationToken) is not null);
        Assert.Equal(isMade, _ring.File.Current is { } made && IniComparison.SaysTheSame(made, IniReader.Read(held)));
    }
}
