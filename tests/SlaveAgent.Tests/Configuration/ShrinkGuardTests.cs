using CsCheck;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Configuration;

public sealed class ShrinkGuardTests
{
    [Theory]
    [InlineData(4, 4, false)]
    [InlineData(4, 3, false)]
    [InlineData(4, 2, false)]
    [InlineData(4, 1, true)]
    [InlineData(4, 0, true)]
    [InlineData(3, 2, false)]
    [InlineData(3, 1, true)]
    [InlineData(2, 1, false)]
    [InlineData(2, 0, true)]
    [InlineData(1, 0, true)]
    [InlineData(0, 0, false)]
    public void A_list_that_leaves_out_more_than_half_of_those_that_are_up_is_unconfirmed(int up, int kept, bool unconfirmed) =>
        Assert.Equal(unconfirmed, ShrinkGuard.LosesTooMany(List(Enumerable.Range(0, kept)), null, Ring(up)));

    [Fact]
    public void New_servers_in_the_place_of_all_old_ones_are_unconfirmed_too() => Assert.True(ShrinkGuard.LosesTooMany(List([7, 8, 9]), null, Ring(3)));

    [Fact]
    public void Servers_that_are_down_may_all_be_left_out_where_the_file_has_none_of_them() => Assert.False(ShrinkGuard.LosesTooMany(List([0]), List([0]), Ring(1, down: 9)));

    /// <summary>Right after its start chmpx shows every server as down.</summary>
    [Theory]
    [InlineData(4, 2, false)]
    [InlineData(4, 1, true)]
    [InlineData(2, 0, true)]
    [InlineData(0, 0, false)]
    public void A_list_that_leaves_out_more_than_half_of_those_in_the_file_is_unconfirmed_whatever_the_ring_shows(int inPlace, int kept, bool unconfirmed)
    {
        var (list, file) = (List(Enumerable.Range(0, kept)), List(Enumerable.Range(0, inPlace)));
        Assert.Equal(unconfirmed, ShrinkGuard.LosesTooMany(list, file, null));
        Assert.Equal(unconfirmed, ShrinkGuard.LosesTooMany(list, file, Ring(0, down: inPlace)));
        Assert.Equal(unconfirmed, ShrinkGuard.LosesTooMany(list, file, Ring(kept)));
    }

    [Fact]
    public void Nothing_speaks_against_a_list_with_neither_a_file_nor_a_ring() => Assert.False(ShrinkGuard.LosesTooMany(List([]), null, null));

    [Fact]
    public void A_longer_list_is_never_unconfirmed() => Gen.Select(Gen.Int[0, 12], Gen.Int[0, 12]).Sample((up, more) =>
        !ShrinkGuard.LosesTooMany(List(Enumerable.Range(0, up + more)), List(Enumerable.Range(0, up)), Ring(up)));

    [Fact]
    public void Two_lists_claim_the_same_when_they_name_the_same_servers_in_whatever_order() => Gen.Shuffle(Enumerable.Range(0, 6).ToArray()).Sample(order =>
        ShrinkGuard.ClaimOf(List(order)) == ShrinkGuard.ClaimOf(List(Enumerable.Range(0, 6))) && ShrinkGuard.ClaimOf(List(order[1..])) != ShrinkGuard.ClaimOf(List(order)));

    private static IniDocument List(IEnumerable<int> servers) => IniReader.Read(SampleIni.With(servers.Select(i => $"svr{i}")));

    private static RingView Ring(int up, int down = 0) => new(1,
    [
        .. Enumerable.Range(0, up).Select(i => new RingServer(new NodeKey($"cuk-svr{i}", 8021), $"svr{i}", true, true, true)),
        .. Enumerable.Range(100, down).Select(i => new RingServer(new NodeKey($"cuk-svr{i}", 8021), $"svr{i}", false, false, false)),
    ]);
}
