using System.Net;
using SlaveAgent.Chmpx;

namespace SlaveAgent.Tests.Chmpx;

public sealed class EndpointRulesTests
{
    [Theory]
    [InlineData("0.0.0.0", EndpointRefusal.Unspecified)]
    [InlineData("0.1.2.3", EndpointRefusal.Unspecified)]
    [InlineData("::", EndpointRefusal.Unspecified)]
    [InlineData("169.254.0.0", EndpointRefusal.LinkLocal)]
    [InlineData("169.254.169.254", EndpointRefusal.LinkLocal)]
    [InlineData("169.254.255.255", EndpointRefusal.LinkLocal)]
    [InlineData("fe80::1", EndpointRefusal.LinkLocal)]
    [InlineData("febf::1", EndpointRefusal.LinkLocal)]
    [InlineData("fe80::1%1", EndpointRefusal.LinkLocal)]
    [InlineData("::ffff:169.254.169.254", EndpointRefusal.LinkLocal)]
    [InlineData("64:ff9b::a9fe:a9fe", EndpointRefusal.LinkLocal)]
    [InlineData("224.0.0.1", EndpointRefusal.Multicast)]
    [InlineData("239.255.255.255", EndpointRefusal.Multicast)]
    [InlineData("::ffff:224.0.0.1", EndpointRefusal.Multicast)]
    [InlineData("ff02::1", EndpointRefusal.Multicast)]
    [InlineData("240.0.0.1", EndpointRefusal.Broadcast)]
    [InlineData("255.255.255.255", EndpointRefusal.Broadcast)]
    public void An_address_that_no_server_may_have_is_refused_with_the_reason(string address, EndpointRefusal reason)
    {
        Assert.Equal(reason, EndpointRules.WhyNot(IPAddress.Parse(address)));
        Assert.False(EndpointRules.IsAllowed(IPAddress.Parse(address)));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("10.0.0.1")]
    [InlineData("169.253.255.255")]
    [InlineData("169.255.0.0")]
    [InlineData("223.255.255.255")]
    [InlineData("1.0.0.0")]
    [InlineData("2001:db8::a9fe:a9fe")]
    [InlineData("fd00::1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("::ffff:10.0.0.1")]
    public void Any_other_address_is_allowed(string address) => Assert.True(EndpointRules.IsAllowed(IPAddress.Parse(address)));
}
