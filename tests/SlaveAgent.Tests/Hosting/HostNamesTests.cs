using CsCheck;
using SlaveAgent.Hosting;
using SlaveAgent.Status;

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

    [Theory]
    [InlineData("vm.novalocal", "novalocal", "vm.novalocal")]
    [InlineData("vm.novalocal.", "novalocal", "vm.novalocal")]
    [InlineData("vm.NovaLocal", "novalocal.", "vm.NovaLocal")]
    [InlineData("vm.sub.example.org", "example.org", "vm.sub.example.org")]
    [InlineData("novalocal", "novalocal", "novalocal")]
    [InlineData("vm-novalocal", "novalocal", "vm-novalocal.novalocal")]
    [InlineData("vmnovalocal", "novalocal", "vmnovalocal.novalocal")]
    [InlineData("vm.example", "example.org", "vm.example.example.org")]
    [InlineData("vm", "", "vm")]
    public void A_domain_is_not_added_where_it_is_already_in_whole_labels_and_any_case(string host, string domain, string name)
    {
        Assert.Equal(name, HostNames.Join(host, domain));
        Assert.Equal(name, HostNames.Join(HostNames.Join(host, domain), domain));
    }

    [Theory]
    [InlineData("localhost", false)]
    [InlineData("LocalHost", false)]
    [InlineData("localhost.localdomain", false)]
    [InlineData("localhost.novalocal", false)]
    [InlineData("localhost6.localdomain6", false)]
    [InlineData("ip6-localhost", false)]
    [InlineData("(none)", false)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("localhost1", true)]
    [InlineData("vm", true)]
    [InlineData("vm.localhost", true)]
    public void What_every_host_is_called_is_no_name_yet(string host, bool isName) => Assert.Equal(isName, HostNames.IsAssigned(host));

    [Fact]
    public void Cleaning_leaves_no_doubled_leading_or_trailing_dot_and_changes_nothing_twice() => Gen.Char["ab."].Array[0, 20].Select(c => new string(c)).Sample(name =>
    {
        var clean = HostNames.Clean(name);
        return !clean.Contains("..", StringComparison.Ordinal) && !clean.StartsWith('.') && !clean.EndsWith('.') && HostNames.Clean(clean) == clean
            && clean.Replace(".", "", StringComparison.Ordinal) == name.Replace(".", "", StringComparison.Ordinal);
    });
}
