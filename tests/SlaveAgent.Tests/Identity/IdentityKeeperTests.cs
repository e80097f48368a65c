using SlaveAgent.Identity;
using SlaveAgent.K2hr3;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Identity;

/// <summary>Of a bootstrap that has read the identity, and of what others do before it has the lock to offer its options.</summary>
public sealed class IdentityKeeperTests : IDisposable
{
    private const string Third = "yrn:yahoo:::u:role:third/slave";

    private static readonly K2hr3Identity C = Make("yrn:yahoo:::t:role:c/slave");
    private static readonly K2hr3Identity New = Make("yrn:yahoo:::u:role:new/slave");
    private static readonly IdentityValues NewOptions = new() { Role = New.Role.ToString() };

    private readonly TempDirectory _directory = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private IdentityStore Store => new(_directory.Root);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task What_is_handed_over_before_the_options_are_offered_is_kept_when_those_are_accepted()
    {
        Assert.True(await Of(C).AcceptAsync(Cancel));
        var keeper = Of(New);
        HandOver(Third);

        await keeper.OfferAsync(NewOptions, Cancel);
        Assert.True(await keeper.AcceptAsync(Cancel));

        Assert.Equal((New.Role.ToString(), Third), (Store.Accepted!.Role, Store.Handed.Role));
        Assert.True(Store.Options.IsEmpty);
    }

    [Fact]
    public async Task What_is_handed_over_before_the_options_repeat_the_identity_in_force_is_kept_and_earlier_offers_are_dropped()
    {
        Assert.True(await Of(C).AcceptAsync(Cancel));
        Store.Offer(NewOptions);
        var keeper = Of(C);
        HandOver(Third);

        await keeper.OfferAsync(new IdentityValues { Role = C.Role.ToString() }, Cancel);
        Assert.True(await keeper.AcceptAsync(Cancel));

        Assert.Equal((C.Role.ToString(), Third), (Store.Accepted!.Role, Store.Handed.Role));
        Assert.True(Store.Options.IsEmpty);
    }

    [Fact]
    public async Task What_another_command_offers_before_is_kept_beside_the_options()
    {
        var keeper = Of(New);
        Store.Offer(new IdentityValues { Tag = "another" });

        await keeper.OfferAsync(NewOptions, Cancel);
        Assert.True(await keeper.AcceptAsync(Cancel));

        Assert.Equal("another", Store.Options.Tag);
    }

    [Fact]
    public async Task An_identity_that_another_process_puts_in_force_before_the_options_are_offered_is_not_undone()
    {
        Assert.True(await Of(C).AcceptAsync(Cancel));
        var late = Of(New);
        var third = Make(Third);
        Assert.True(await Of(third).AcceptAsync(Cancel));

        await late.OfferAsync(NewOptions, Cancel);
        Assert.False(await late.AcceptAsync(Cancel));

        Assert.Equal(Third, Store.Accepted!.Role);
    }

    private static K2hr3Identity Make(string role)
    {
        var yrn = Yrn.TryParse(role)!;
        return new(new Uri("https://k2hr3.test/"), yrn, yrn.TenantYrn, "i-1", "vm.novalocal", null, null, false);
    }

    private IdentityKeeper Of(K2hr3Identity identity) => Keepers.Of(_directory.Root, identity, RoleToken.TryParse("token"), TimeProvider.System);

    private void HandOver(string role) => TempDirectory.PutAt(_directory.Root.Agent.HandedIdentity, $"role={role}\n");
}
