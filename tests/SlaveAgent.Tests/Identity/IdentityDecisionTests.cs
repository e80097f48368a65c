using SlaveAgent.Identity;
using SlaveAgent.K2hr3;
using SlaveAgent.Settings;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Identity;

public sealed class IdentityDecisionTests
{
    private const string Cluster = "yrn:yahoo:::t:role:c/slave";
    private const string NewCluster = "yrn:yahoo:::u:role:new/slave";
    private const string Api = "https://k2hr3.test:3000/";
    private const string OtherApi = "https://other.test/";
    private const string Token = "token-of-c";
    private const string NewToken = "token-of-new";

    private static readonly FileValues NoFiles = new(null, null, null, null, null, null);
    private static readonly MachineVerdict Same = new(MachineCode.Same, "same");
    private static readonly MachineVerdict Another = new(MachineCode.AnotherProduct, "another machine");
    private static readonly IdentityValues UserData = new() { Role = Cluster, Tenant = "yrn:yahoo:::t", ApiUri = Api, Token = Token };
    private static readonly IdentityValues NewUserData = new() { Role = NewCluster, Tenant = "yrn:yahoo:::u", ApiUri = Api, Token = NewToken };
    private static readonly IdentityInputs Fresh = new(
        null, NoFiles, IdentityValues.None, IdentityValues.None, IdentityValues.None, new(MachineCode.NothingRecorded, "none"), "i-1", "vm", "vm.novalocal");

    private static readonly IdentityInputs Settled = Fresh with { Accepted = Accepted(), Machine = Same };

    [Fact]
    public void A_fresh_host_registers_what_was_handed_over_under_its_instance_id_and_its_full_name()
    {
        var decision = IdentityDecision.Decide(Fresh with { Handed = UserData });
        Assert.Equal((IdentityCode.First, null), (decision.Code, decision.InForce));
        Assert.Equal((Cluster, "yrn:yahoo:::t", "i-1", "vm.novalocal", Token), Of(decision.Offered));
    }

    [Fact]
    public void A_host_that_an_earlier_version_registered_is_known_by_its_files()
    {
        var files = new FileValues(Api, Cluster, "yrn:yahoo:::t", "nocloud", "vm.example", Token);
        var decision = IdentityDecision.Decide(Fresh with { Files = files, InstanceId = null });
        Assert.Equal(IdentityCode.First, decision.Code);
        Assert.Equal((Cluster, "yrn:yahoo:::t", "nocloud", "vm.example", Token), Of(decision.Offered));

        // As that version did: what cloud-init says comes first, and the name belongs to its CUK.
        Assert.Equal((Cluster, "yrn:yahoo:::t", "i-1", "vm.novalocal", Token), Of(IdentityDecision.Decide(Fresh with { Files = files }).Offered));
    }

    [Theory]
    [InlineData("i-1")]
    [InlineData(null)] // cloud-init's id is away, or a placeholder.
    [InlineData("i-2")] // The machine says that it is the same.
    public void On_the_same_machine_a_registered_host_keeps_its_CUK_and_name(string? instanceId)
    {
        var decision = IdentityDecision.Decide(Settled with { InstanceId = instanceId, FullName = "renamed.novalocal" });
        Assert.Equal((IdentityCode.Accepted, null), (decision.Code, decision.Offered));
        Assert.Equal((Cluster, "yrn:yahoo:::t", "i-1", "vm.novalocal", Token), Of(decision.InForce));
    }

    [Fact]
    public void On_another_machine_it_takes_the_new_instance_id_and_name_and_nothing_is_in_force()
    {
        var decision = IdentityDecision.Decide(Settled with { Machine = Another, InstanceId = "i-2", HostName = "vm2", FullName = "vm2.novalocal" });
        Assert.Equal((IdentityCode.Moved, null), (decision.Code, decision.InForce));
        Assert.Equal((Cluster, "yrn:yahoo:::t", "i-2", "vm2.novalocal", Token), Of(decision.Offered));
    }

    [Fact]
    public void A_clone_launched_for_another_cluster_registers_there_alone()
    {
        var decision = IdentityDecision.Decide(Settled with { Machine = Another, InstanceId = "i-2", HostName = "vm2", FullName = "vm2.novalocal", Handed = NewUserData });
        Assert.Equal((NewCluster, "yrn:yahoo:::u", "i-2", "vm2.novalocal", NewToken), Of(decision.Offered));
    }

    [Fact]
    public void A_clone_never_takes_its_parents_CUK_and_waits_for_its_own()
    {
        var decision = IdentityDecision.Decide(Settled with { Machine = Another, InstanceId = null, Files = new(Api, Cluster, null, "i-1", "vm.novalocal", Token) });
        Assert.Equal((IdentityCode.NoInstanceId, true, null, null), (decision.Code, decision.IsNotYet, decision.InForce, decision.Offered));
        Assert.Equal("given", IdentityDecision.Decide(Settled with { Machine = Another, InstanceId = null, Options = new() { Cuk = "given" } }).Offered!.Who.Cuk);
    }

    [Fact]
    public void Localhost_is_waited_for_and_a_host_that_is_registered_already_needs_no_name()
    {
        var decision = IdentityDecision.Decide(Fresh with { Handed = UserData, HostName = "localhost", FullName = null });
        Assert.Equal((IdentityCode.NoHostName, true, null), (decision.Code, decision.IsNotYet, decision.Offered));
        Assert.Equal(IdentityCode.Accepted, IdentityDecision.Decide(Settled with { HostName = "localhost", FullName = null }).Code);
    }

    [Fact]
    public void A_wrong_address_in_the_settings_is_offered_beside_the_identity_in_force()
    {
        var decision = IdentityDecision.Decide(Settled with { Standing = new() { ApiUri = OtherApi } });
        Assert.Equal(IdentityCode.Offered, decision.Code);
        Assert.Equal((new Uri(Api), new Uri(OtherApi)), (decision.InForce!.Who.ApiUri, decision.Offered!.Who.ApiUri));
        Assert.Equal(IdentityCode.Accepted, IdentityDecision.Decide(Settled).Code);
    }

    [Fact]
    public void Settings_that_were_known_when_a_person_had_another_identity_accepted_do_not_undo_it()
    {
        var standing = new IdentityValues { Role = Cluster, ApiUri = OtherApi };
        var accepted = Accepted(considered: standing.Digest()) with { Role = NewCluster };
        Assert.Equal(IdentityCode.Accepted, IdentityDecision.Decide(Settled with { Accepted = accepted, Standing = standing }).Code);
        Assert.Equal(IdentityCode.Offered, IdentityDecision.Decide(Settled with { Accepted = accepted, Standing = standing with { Role = "yrn:yahoo:::t:role:third/slave" } }).Code);
    }

    [Fact]
    public void Options_come_before_settings_and_settings_before_what_was_handed_over()
    {
        var decision = IdentityDecision.Decide(Fresh with
        {
            Handed = UserData with { Tag = "handed" },
            Standing = new() { ApiUri = OtherApi, Tag = "standing" },
            Options = new() { Tag = "option" },
        });
        Assert.Equal(("option", new Uri(OtherApi), Cluster), (decision.Offered!.Who.Tag, decision.Offered.Who.ApiUri, decision.Offered.Who.Role.ToString()));

        // Also where the settings are not new: what they say of a value is not handed over.
        var standing = new IdentityValues { ApiUri = Api };
        var later = IdentityDecision.Decide(Settled with { Accepted = Accepted(standing.Digest()), Standing = standing, Handed = NewUserData with { ApiUri = OtherApi } });
        Assert.Equal((NewCluster, new Uri(Api)), (later.Offered!.Who.Role.ToString(), later.Offered.Who.ApiUri));
    }

    [Theory]
    [InlineData("nonsense", Api, IdentityCode.BadRole)]
    [InlineData("yrn:yahoo:::t:resource:c", Api, IdentityCode.BadRole)]
    [InlineData(Cluster, "ftp://k2hr3", IdentityCode.BadApiUri)]
    [InlineData(Cluster, "https://user@k2hr3/", IdentityCode.BadApiUri)]
    [InlineData(null, Api, IdentityCode.NoRole)]
    [InlineData(Cluster, null, IdentityCode.NoApiUri)]
    public void What_is_offered_and_of_no_use_is_named_and_touches_nothing_that_is_in_force(string? role, string? uri, IdentityCode code)
    {
        var offer = new IdentityValues { Role = role, ApiUri = uri, Token = Token };
        var first = IdentityDecision.Decide(Fresh with { Handed = offer });
        Assert.Equal((code, null, null), (first.Code, first.InForce, first.Offered));
        Assert.False(first.IsNotYet);
        if (role is not null && uri is not null)
        {
            var beside = IdentityDecision.Decide(Settled with { Handed = offer });
            Assert.Equal((IdentityCode.OfferUnusable, Cluster, null), (beside.Code, beside.InForce!.Who.Role.ToString(), beside.Offered));
        }
    }

    [Fact]
    public void A_CUK_with_characters_that_chmpx_misreads_is_refused_and_a_missing_token_named()
    {
        Assert.Equal(IdentityCode.BadCuk, IdentityDecision.Decide(Fresh with { Handed = UserData, InstanceId = "i#1" }).Code);
        Assert.Equal(IdentityCode.NoCuk, IdentityDecision.Decide(Fresh with { Handed = UserData, InstanceId = null }).Code);
        Assert.Equal(IdentityCode.NoToken, IdentityDecision.Decide(Fresh with { Handed = UserData with { Token = null } }).Code);
    }

    [Fact]
    public void Another_role_without_a_tenant_brings_the_tenant_in_its_name()
    {
        var decision = IdentityDecision.Decide(Settled with { Options = new() { Role = NewCluster, Token = NewToken } });
        Assert.Equal((NewCluster, "yrn:yahoo:::u", "i-1", "vm.novalocal", NewToken), Of(decision.Offered));
    }

    [Fact]
    public void A_replaced_token_is_offered_and_one_that_stays_off_the_disk_is_compared_all_the_same()
    {
        Assert.Equal(IdentityCode.Offered, IdentityDecision.Decide(Settled with { Handed = new() { Token = NewToken } }).Code);

        var standing = new IdentityValues { Token = Token, TokenStaysOffDisk = true };
        var accepted = Accepted(standing.Digest()) with { Token = null };
        var decision = IdentityDecision.Decide(Settled with { Accepted = accepted, Standing = standing });
        Assert.Equal((IdentityCode.Accepted, Token), (decision.Code, decision.InForce!.Token!.Value));
        Assert.Equal(NewToken, IdentityDecision.Decide(Settled with { Accepted = accepted, Standing = standing with { Token = NewToken } }).Offered!.Token!.Value);
    }

    [Fact]
    public void A_host_known_by_its_address_needs_no_token_and_stays_so_until_one_is_brought()
    {
        var byAddress = UserData with { Token = null, Authentication = Authentication.Address };
        Assert.True(IdentityDecision.Decide(Fresh with { Options = byAddress }).Offered!.Who.ByAddress);
        var settled = Settled with { Accepted = Accepted() with { ByAddress = true, Token = null, TokenDigest = null } };
        Assert.Equal(IdentityCode.Accepted, IdentityDecision.Decide(settled).Code);
        Assert.True(IdentityDecision.Decide(settled with { Standing = new() { ApiUri = OtherApi } }).Offered!.Who.ByAddress);
        Assert.False(IdentityDecision.Decide(settled with { Handed = new() { Token = Token } }).Offered!.Who.ByAddress);
        Assert.False(IdentityDecision.Decide(settled with { Options = new() { Token = Token, Authentication = Authentication.Token } }).Offered!.Who.ByAddress);
    }

    [Theory]
    [InlineData("vm.novalocal.novalocal", "vm.novalocal", true)]
    [InlineData("vm.NovaLocal.novalocal", "vm.novalocal", true)]
    [InlineData("vm.a.example.a.example", "vm.a.example", true)]
    [InlineData("vm.a.example.example", "vm.a.example", true)]
    [InlineData("vm.novalocal", "vm.novalocal", false)]
    [InlineData("vm.novalocal", "vm", false)]
    [InlineData("vm.novalocal.example", "vm.novalocal", false)]
    public void A_name_with_its_domain_twice_is_not_kept(string tag, string hostName, bool isDoubled)
    {
        Assert.Equal(isDoubled, IdentityDecision.HasDoubledDomain(tag, hostName));
        var decision = IdentityDecision.Decide(Settled with { Accepted = Accepted() with { Tag = tag }, HostName = hostName });
        Assert.Equal((isDoubled ? hostName : null, tag), (decision.Offered?.Who.Tag, decision.InForce!.Who.Tag));
    }

    private static AcceptedIdentity Accepted(string? considered = null) => AcceptedIdentity.Of(
        new HostIdentity(new K2hr3Identity(new Uri(Api), Yrn.TryParse(Cluster)!, "yrn:yahoo:::t", "i-1", "vm.novalocal", null, null, false), RoleToken.TryParse(Token), false),
        considered ?? IdentityValues.None.Digest(), null);

    private static (string, string, string, string, string?) Of(HostIdentity? identity) =>
        (identity!.Who.Role.ToString(), identity.Who.Tenant, identity.Who.Cuk, identity.Who.Tag, identity.Token?.Value);
}
