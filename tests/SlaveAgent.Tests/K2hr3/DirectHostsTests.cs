using SlaveAgent.K2hr3;

namespace SlaveAgent.Tests.K2hr3;

/// <summary>Each as curl 8 decides it, except names with a port, which it does not know and other programs do.</summary>
public sealed class DirectHostsTests
{
    [Theory]
    [InlineData("*", "k2hr3.example.com", true)]
    [InlineData(" *", "10.0.0.1", true)]
    [InlineData("example.com", "k2hr3.example.com", true)]
    [InlineData("example.com", "example.com", true)]
    [InlineData(".example.com", "k2hr3.example.com", true)]
    [InlineData(".example.com", "example.com", true)]
    [InlineData("*.example.com", "k2hr3.example.com", true)]
    [InlineData("EXAMPLE.com.", "k2hr3.example.COM", true)]
    [InlineData("example.com", "badexample.com", false)]
    [InlineData("example.com", "example.com.evil.test", false)]
    [InlineData("a.test,example.com", "k2hr3.example.com", true)]
    [InlineData("a.test example.com", "k2hr3.example.com", true)]
    [InlineData("k2hr3.example.com:443", "k2hr3.example.com", true)]
    [InlineData("k2hr3.example.com:444", "k2hr3.example.com", false)]
    [InlineData("10.0.0.0/8", "10.255.0.1", true)]
    [InlineData("10.1.2.3/8", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("10.0.0.0/9", "10.128.0.1", false)]
    [InlineData("10.0.0.0/33", "10.0.0.0", false)]
    [InlineData("10.0.0.0/8", "10.example.com", false)]
    [InlineData("0.0.0.0/0", "203.0.113.9", true)]
    [InlineData("10.0.0.1", "10.0.0.1", true)]
    [InlineData("10.0.0.1:443", "10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.10", false)]
    [InlineData("0.0.1", "10.0.0.1", false)]
    [InlineData("fd00::/8", "[fd00:9::11]", true)]
    [InlineData("fd00::/8", "[fe80::1]", false)]
    [InlineData("fd00:9::11", "[fd00:9::11]", true)]
    [InlineData("[fd00:9::11]", "[fd00:9::11]", true)]
    [InlineData("[fd00:9::11]:443", "[fd00:9::11]", true)]
    [InlineData("10.0.0.0/8", "[::ffff:10.1.2.3]", true)]
    [InlineData("", "k2hr3.example.com", false)]
    [InlineData(",, /,:,.,/8,*,", "k2hr3.example.com", true)]
    [InlineData(",, /,:,.,/8,**", "k2hr3.example.com", false)]
    public void What_no_proxy_names_is_asked_directly(string text, string host, bool isDirect) =>
        Assert.Equal(isDirect, new DirectHosts(text).Contains(new Uri($"https://{host}/")));

    [Theory]
    [InlineData("http", "http_proxy=http://a:1", "http://a:1/")]
    [InlineData("http", "HTTP_PROXY=http://a:1", null)]
    [InlineData("http", "https_proxy=http://a:1", null)]
    [InlineData("https", "HTTPS_PROXY=http://a:1", "http://a:1/")]
    [InlineData("https", "all_proxy=a:1", "http://a:1/")]
    [InlineData("https", "https_proxy=http://b:1 all_proxy=a:1", "http://b:1/")]
    [InlineData("https", "https_proxy= all_proxy=socks5h://a:1", "socks5://a:1/")]
    [InlineData("https", "https_proxy=http://b:1 NO_PROXY=k2hr3.test", null)]
    [InlineData("https", "", null)]
    public void The_environment_is_read_as_curl_does(string scheme, string environment, string? proxy)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split('=')).ToDictionary(parts => parts[0], parts => parts[1]);
        Assert.Equal(proxy, ProxyChoice.OfEnvironment(variables.GetValueOrDefault).GetProxy(new Uri($"{scheme}://k2hr3.test/"))?.ToString());
    }

    [Theory]
    [InlineData("ftp://a:1")]
    [InlineData("http://")]
    public void What_is_no_proxy_is_refused(string text) => Assert.Throws<FormatException>(() => ProxyChoice.OfEnvironment(name => name == "https_proxy" ? text : null));

    [Theory]
    [InlineData("socks5://proxy.test", 1080)]
    [InlineData("socks5://proxy.test:9", 9)]
    [InlineData("http://proxy.test", 80)]
    public void A_proxy_without_a_port_has_its_scheme_s(string proxy, int port) =>
        Assert.Equal(port, ProxyChoice.Of(new Uri(proxy)).GetProxy(new Uri("https://k2hr3.test/"))!.Port);

    [Fact]
    public void Its_user_name_and_password_are_for_the_proxy_only()
    {
        var choice = ProxyChoice.OfEnvironment(name => name == "https_proxy" ? "http://us%40er:pa%3Ass@a:1" : null);
        var credential = choice.Credentials!.GetCredential(new Uri("http://a:1/"), "Basic");
        Assert.Equal(("us@er", "pa:ss"), (credential?.UserName, credential?.Password));
        Assert.Null(choice.Credentials.GetCredential(new Uri("https://k2hr3.test/"), "Basic"));
    }
}
