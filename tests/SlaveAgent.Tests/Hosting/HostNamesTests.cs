using CsCheck;
using SlaveAgent.Hosting;

namespace SlaveAgent.Tests.Hosting;

public sealed class HostNamesTests
{
    [Theory]
    [InlineData("nameserver 10.0.0.1\nsearch a.example b.example\n", "b.example")]
    [InlineData("domain c.example\n", "c.example")]
    [InlineData("domain c.example\nsearch a.example\n", "a.example")]
    [InlineData("search a.example\ndomain c.example\n", "a.example")]
    [InlineData("search\ta.example\tb.example  \r\n", "b.example")]
    [InlineData("search a.example\nsearch b.example", "b.example")]
    [InlineData("search .\ndomain c.example\n", "c.example")]
    [InlineData("search\ndomain c.example\n", "c.example")]
    [InlineData("searching for.something\ndomain c.example\n", "c.example")]
    [InlineData("# search a.example\n; domain b.example\n", null)]
    [InlineData("search .\n", null)]
    [InlineData("nameserver 10.0.0.1\noptions edns0\n", null)]
    [InlineData("", null)]
    public void The_domain_is_the_last_word_of_search_or_else_of_domain(string resolvConf, string? domain) => Assert.Equal(domain, HostNames.DomainOf(resolvConf));

    [Theory]
    [InlineData("host", "example.org", "host.example.org")]
    [InlineData("host", "example.org.", "host.example.org")]
    [InlineData("host.", ".example..org", "host.example.org")]
    public void Host_and_domain_are_joined_without_doubled_or_trailing_dots(string host, string domain, string name) => Assert.Equal(name, HostNames.Join(host, domain));

    [Fact]
    public void Cleaning_leaves_no_doubled_leading_or_trailing_dot_and_changes_nothing_twice() => Gen.Char["ab."].Array[0, 20].Select(c => new string(c)).Sample(name =>
    {
        var clean = HostNames.Clean(name);
        return !clean.Contains("..", StringComparison.Ordinal) && !clean.StartsWith('.') && !clean.EndsWith('.') && HostNames.Clean(clean) == clean
            && clean.Replace(".", "", StringComparison.Ordinal) == name.Replace(".", "", StringComparison.Ordinal);
    });
}
