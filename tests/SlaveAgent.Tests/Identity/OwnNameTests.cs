using System.Net;
using SlaveAgent.Identity;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Identity;

/// <summary>Each case was tried with chmpx 1.0.113 in a namespace with that host name, that /etc/hosts and that address.</summary>
public sealed class OwnNameTests
{
    private const string Interface = "10.5.0.5";

    [Theory]
    // NAME, what it resolves to, what that is called in turn; the host name, what its addresses are called; the interface's address.
    [InlineData("vm.novalocal", "127.0.1.1", "vm.novalocal", "vm", "vm.novalocal", Interface, OwnNameCode.Own)]
    [InlineData("vm.novalocal", "127.0.1.1", "vm.novalocal", "vm", "vm.novalocal", "", OwnNameCode.Own)]
    [InlineData("vm", "127.0.1.1", "vm.novalocal", "vm", "vm.novalocal", Interface, OwnNameCode.Own)]
    [InlineData("novalocal", "", "", "vm", "vm.novalocal", Interface, OwnNameCode.Own)]
    [InlineData("vm", "10.5.0.5", "vm", "vm", "", Interface, OwnNameCode.Own)]
    [InlineData("vm.novalocal", "10.5.0.5", "vm.novalocal", "vm", "vm.novalocal", Interface, OwnNameCode.Own)]
    [InlineData("VM.novalocal", "10.5.0.5", "vm.novalocal", "vm", "vm.novalocal", Interface, OwnNameCode.Own)]
    [InlineData("10.5.0.5", "10.5.0.5", "", "vm", "", Interface, OwnNameCode.Own)]
    [InlineData("10.5.0.*", "", "", "vm", "", Interface, OwnNameCode.Own)]
    [InlineData("127.0.0.1", "127.0.0.1", "localhost", "vm", "", Interface, OwnNameCode.Own)]
    [InlineData("localhost", "127.0.0.1", "localhost", "vm", "", Interface, OwnNameCode.Own)]
    [InlineData("vm.novalocal.novalocal", "", "", "vm", "vm.novalocal", Interface, OwnNameCode.NotResolved)]
    [InlineData("vm.novalocal", "", "", "vm", "", Interface, OwnNameCode.NotResolved)]
    [InlineData("vm", "", "", "vm", "", Interface, OwnNameCode.NotResolved)]
    [InlineData("10.5.0.6", "10.5.0.6", "", "vm", "", Interface, OwnNameCode.OfAnotherHost)]
    [InlineData("other.novalocal", "10.5.0.7", "other.novalocal", "vm", "vm.novalocal", Interface, OwnNameCode.OfAnotherHost)]
    [InlineData("vm", "127.0.1.1", "vm", "vm", "", Interface, OwnNameCode.OnlyLoopback)]
    [InlineData("vm", "127.0.0.1", "localhost", "vm", "localhost", Interface, OwnNameCode.OnlyLoopback)]
    [InlineData("vm.novalocal", "127.0.1.1", "vm.novalocal", "vm.novalocal", "", Interface, OwnNameCode.OnlyLoopback)]
    [InlineData("127.0.0.1", "127.0.0.1", "localhost", "vm", "localhost", "", OwnNameCode.OnlyLoopback)]
    [InlineData("localhost", "127.0.0.1", "localhost", "vm", "", "", OwnNameCode.OnlyLoopback)]
    public void A_name_is_this_host_when_chmpx_takes_it_for_that(string name, string addresses, string names, string nodeName, string own, string card, OwnNameCode code)
    {
        var verdict = OwnName.Check(
            name, new ResolvedName(Addresses(addresses), Message(names)), new HostNetwork(nodeName, Message(own), Addresses($"127.0.0.1 ::1 {card}")));
        Assert.Equal(code, verdict.Code);
        Assert.Equal(code != OwnNameCode.Own, verdict.IsRefused);
    }

    [Fact]
    public void An_unknown_name_is_not_refused()
    {
        var host = new HostNetwork("vm", [], Addresses($"127.0.0.1 {Interface}"));
        Assert.Equal(OwnNameCode.NotKnown, OwnName.Check("vm.novalocal", new ResolvedName([], [], IsKnown: false), host).Code);
        Assert.Equal(OwnNameCode.NotKnown, OwnName.Check("v[1-3].novalocal", new ResolvedName([], []), host).Code);
        Assert.Equal(OwnNameCode.NotKnown, OwnName.Check("vm.novalocal", new ResolvedName([], []), host with { Addresses = [] }).Code);

        // The host name in DNS at a floating address: chmpx accepts it, and /etc/hosts cannot be distinguished from DNS here.
        Assert.Equal(OwnNameCode.NotKnown, OwnName.Check("vm", new ResolvedName(Addresses("192.0.2.1"), []), host).Code);
    }

    [Fact]
    public async Task This_hosts_own_addresses_are_its_own_and_one_kept_for_documentation_is_not()
    {
        var reader = new HostNetworkReader(TimeSpan.FromSeconds(60), TimeProvider.System);
        var cancel = TestContext.Current.CancellationToken;
        var card = System.Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(found => found.GetIPProperties().UnicastAddresses).FirstOrDefault(found => !IPAddress.IsLoopback(found.Address));
        Assert.Equal(OwnNameCode.OfAnotherHost, (await reader.CheckOwnNameAsync("192.0.2.77", cancel)).Code);
        Assert.SkipWhen(card is null, "this machine has no address but loopback");
        Assert.Equal(OwnNameCode.Own, (await reader.CheckOwnNameAsync(card!.Address.ToString(), cancel)).Code);
    }

    private static IPAddress[] Addresses(string texts) => [.. Message(texts).Select(IPAddress.Parse)];

    private static string[] Message(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
