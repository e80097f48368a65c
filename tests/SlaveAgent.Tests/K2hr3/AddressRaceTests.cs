using System.Net;
using SlaveAgent.K2hr3;

namespace SlaveAgent.Tests.K2hr3;

public sealed class AddressRaceTests
{
    [Theory]
    [InlineData("", null, "")]
    [InlineData("fd00::1 fd00::2 10.0.0.1 10.0.0.2", null, "fd00::1 10.0.0.1 fd00::2 10.0.0.2")]
    [InlineData("10.0.0.1 10.0.0.2 10.0.0.3 fd00::1", null, "10.0.0.1 fd00::1 10.0.0.2 10.0.0.3")]
    [InlineData("10.0.0.1 10.0.0.2 10.0.0.1", null, "10.0.0.1 10.0.0.2")]
    [InlineData("fd00::1 10.0.0.1 10.0.0.2", "10.0.0.2", "10.0.0.2 fd00::1 10.0.0.1")]
    [InlineData("10.0.0.1 10.0.0.2", "10.0.0.9", "10.0.0.1 10.0.0.2")]
    public void Families_take_turns_and_the_last_good_address_is_first_while_the_name_has_it(string resolved, string? lastGood, string order) =>
        Assert.Equal(Read(order), AddressRace.Order(Read(resolved), lastGood is null ? null : IPAddress.Parse(lastGood)));

    private static IPAddress[] Read(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)];
}
