using SlaveAgent.Roles;

namespace SlaveAgent.Tests.Roles;

public sealed class ChmpxUserTests
{
    [Theory]
    [InlineData(null, null, "k2hdkc")]
    [InlineData("", " ", "k2hdkc")]
    [InlineData("demo", "other", "demo,other,k2hdkc")]
    [InlineData(" demo ", null, "demo,k2hdkc")]
    [InlineData("root", "other", "other,k2hdkc")]
    [InlineData("root", "root", "k2hdkc")]
    [InlineData("0", "1000", "k2hdkc")]
    [InlineData("a b", "a:b", "k2hdkc")]
    [InlineData("$(reboot)", "-x", "k2hdkc")]
    [InlineData("a/b", "a%b", "k2hdkc")]
    [InlineData("Demo.User@example.org", "_svc-1", "Demo.User@example.org,_svc-1,k2hdkc")]
    [InlineData("1", "k2hdkc", "k2hdkc,k2hdkc")]
    public void The_role_is_asked_first_then_override_conf_and_root_is_never_among_them(string? ofRole, string? ofOverrideConf, string names) =>
        Assert.Equal(names.Split(','), ChmpxUser.Candidates(ofRole, ofOverrideConf).Select(user => user.Name));

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_name_may_be_long_and_not_longer_than_systemd_takes(int length, bool isTaken) =>
        Assert.Equal(isTaken, ChmpxUser.Candidates(new string('a', length), null).Count == 2);
}
