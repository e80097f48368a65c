using SlaveAgent.Chmpx;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Chmpx;

public sealed class NodeEndpointsTests
{
    [Theory]
    [InlineData("svr1.example.com:18021", "svr1.example.com", 18021)]
    [InlineData(" 10.0.0.1:18021 ", "10.0.0.1", 18021)]
    [InlineData("10.0.0.1", "10.0.0.1", 8021)]
    [InlineData("svr1", "svr1", 8021)]
    [InlineData("svrp1", "svrp1", 8021)]
    [InlineData("2001:db8::1", "2001:db8::1", 8021)]
    [InlineData("[2001:db8::1]", "2001:db8::1", 8021)]
    [InlineData("[2001:db8::1]:18021", "2001:db8::1", 18021)]
    [InlineData("2001:db8::1p18021", "2001:db8::1", 18021)]
    [InlineData("2001:db8::1#18021", "2001:db8::1", 18021)]
    [InlineData("2001:db8::1 18021", "2001:db8::1", 18021)]
    [InlineData("2001:db8::1 port 18021", "2001:db8::1", 18021)]
    [InlineData("2001:db8:1:2:3:4:5:6:18021", "2001:db8:1:2:3:4:5:6", 18021)]
    [InlineData("[::ffff:10.0.0.1]:18021", "10.0.0.1", 18021)]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1", 8021)]
    [InlineData("[2001:db8::1%eth0]:18021", "2001:db8::1", 18021)]
    public void An_entry_of_a_list_gives_its_host_and_port_or_the_nodes(string text, string host, int port) =>
        Assert.Equal(new NodeEndpoint(host, port), NodeEndpoints.TryParse(text, 8021));

    [Theory]
    [InlineData("")]
    [InlineData(":18021")]
    [InlineData("svr1:")]
    [InlineData("svr1:0")]
    [InlineData("svr1:32768")]
    [InlineData("svr1:99999999")]
    [InlineData("svr1:80x")]
    [InlineData("svr1 18021")]
    [InlineData("svr1#18021")]
    [InlineData("svr[1-3].example.com:18021")]
    [InlineData("[svr1]:18021")]
    [InlineData("[[::1]]:18021")]
    [InlineData("svr1;reboot")]
    [InlineData("http://svr1:18021")]
    [InlineData("-svr1")]
    public void An_entry_that_names_no_host_or_no_port_is_passed_over(string text) => Assert.Null(NodeEndpoints.TryParse(text, 8021));

    [Fact]
    public void An_IPv6_address_that_looks_as_if_it_had_a_port_has_none_as_for_chmpx() =>
        Assert.Equal(new NodeEndpoint("2001:db8::1:8021", 9), NodeEndpoints.TryParse("2001:db8::1:8021", 9));

    [Fact]
    public void An_entry_without_a_port_is_none_where_the_node_has_none_either() => Assert.Null(NodeEndpoints.TryParse("svr1", null));

    [Fact]
    public void A_list_is_tried_in_its_order_and_the_name_comes_last()
    {
        var ini = Ini("NAME = svr1\nPORT = 8020\nCTLPORT = 8021\nENDPOINTS = 10.0.0.1:18020,,10.0.0.2\nCTLENDPOINTS = [2001:db8::1]:18021,10.0.0.1:18021");
        var server = ini.Servers.Single();
        Assert.Equal([new("10.0.0.1", 18020), new("10.0.0.2", 8020), new("svr1", 8020)], NodeEndpoints.DataOf(ini, server));
        Assert.Equal([new("2001:db8::1", 18021), new("10.0.0.1", 18021), new("svr1", 8021)], NodeEndpoints.ControlOf(ini, server));
    }

    [Fact]
    public void Without_a_list_a_server_is_reached_by_its_name()
    {
        var ini = Ini("NAME = svr1\nPORT = 8020\nCTLPORT = 8021");
        Assert.Equal([new NodeEndpoint("svr1", 8020)], NodeEndpoints.DataOf(ini, ini.Servers.Single()));
        Assert.Equal([new NodeEndpoint("svr1", 8021)], NodeEndpoints.ControlOf(ini, ini.Servers.Single()));
    }

    [Fact]
    public void A_port_that_a_server_leaves_out_is_the_one_of_all()
    {
        var ini = IniReader.Read("[GLOBAL]\nPORT = 9020\nCTLPORT = 9021\n[SVRNODE]\nNAME = svr1\nCTLENDPOINTS = 10.0.0.1\n");
        Assert.Equal([new NodeEndpoint("svr1", 9020)], NodeEndpoints.DataOf(ini, ini.Servers.Single()));
        Assert.Equal([new("10.0.0.1", 9021), new("svr1", 9021)], NodeEndpoints.ControlOf(ini, ini.Servers.Single()));
    }

    [Fact]
    public void A_name_that_is_a_pattern_names_no_host()
    {
        var ini = Ini("NAME = svr[1-3].example.com\nPORT = 8020\nCTLPORT = 8021");
        Assert.Empty(NodeEndpoints.DataOf(ini, ini.Servers.Single()));
    }

    [Fact]
    public void Of_a_long_list_four_are_kept_and_each_endpoint_once()
    {
        var ini = Ini("NAME = 10.0.0.1\nPORT = 8020\nCTLPORT = 8021\nENDPOINTS = 10.0.0.1,10.0.0.1:8020,10.0.0.2,10.0.0.3,10.0.0.4,10.0.0.5");
        Assert.Equal([new("10.0.0.1", 8020), new("10.0.0.2", 8020), new("10.0.0.3", 8020)], NodeEndpoints.DataOf(ini, ini.Servers.Single()));
    }

    private static IniDocument Ini(string server) => IniReader.Read($"[GLOBAL]\nGROUP = ring\n[SVRNODE]\n{server}\n");
}
