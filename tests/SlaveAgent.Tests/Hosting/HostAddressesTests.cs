using System.Net;
using SlaveAgent.Hosting;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Hosting;

public sealed class HostAddressesTests
{
    private const string Trie = """
        Main:
          +-- 0.0.0.0/0 3 0 5
             |-- 0.0.0.0
                /0 universe UNICAST
             +-- 10.98.7.0/24 2 0 2
                |-- 10.98.7.0
                   /24 link UNICAST
                |-- 10.98.7.31
                   /32 host LOCAL
                |-- 10.98.7.255
                   /32 link BROADCAST
        Local:
          +-- 127.0.0.0/8 2 0 2
             |-- 127.0.0.0
                /8 host LOCAL
             |-- 127.0.0.1
                /32 host LOCAL
        """;

    [Fact]
    public void Of_the_routing_table_the_local_hosts_are_this_hosts_addresses() =>
        Assert.Equal(["10.98.7.31", "127.0.0.1"], ProcNetAddresses.ReadVersion4(Trie).Select(address => address.ToString()));

    [Fact]
    public void The_list_of_IPv6_addresses_is_read_and_what_is_none_is_passed_over() => Assert.Equal(
        ["::1", "fd00::2"],
        ProcNetAddresses.ReadVersion6("00000000000000000000000000000001 01 80 10 80       lo\nfd000000000000000000000000000002 04 40 00 82     eth0\nhello\n\n").Select(address => address.ToString()));

    [Fact]
    public void Both_ways_of_reading_see_the_same_addresses_of_this_host()
    {
        Assert.Equal(
            HostAddresses.ReadInterfaces()!.Where(address => !IPAddress.IsLoopback(address)).Select(address => address.ToString()).Order(StringComparer.Ordinal),
            HostAddresses.Read()!.Where(address => !IPAddress.IsLoopback(address)).Select(address => address.ToString()).Order(StringComparer.Ordinal));
    }
}
