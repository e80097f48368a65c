using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Roles;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Roles;

/// <summary>What a role lists, as a real HTTP server tells it.</summary>
public sealed class RoleMemoryTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private RoleServer _server = null!;
    private K2hr3Client _client = null!;
    private RoleMemory _role = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await RoleServer.StartAsync();
        _client = _server.Client(_time);
        Restart();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task What_a_slaves_role_lists_is_taken_at_once_and_known_after_a_restart_without_K2HR3()
    {
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        Restart();
        AssertLists([], ["chmpx", "k2hr3-get-resource"], ["chmpx.service", "k2hr3-get-resource.timer"]);
    }

    [Fact]
    public async Task A_key_that_is_not_set_lists_nothing()
    {
        _server.Keys[RoleKeys.PackagesKey] = null;
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        AssertLists([], ["chmpx", "k2hr3-get-resource"], ["chmpx.service", "k2hr3-get-resource.timer"]);
    }

    [Fact]
    public async Task A_K2HR3_that_is_away_changes_nothing()
    {
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        _server.Trouble = 503;
        var failed = Assert.IsType<Outcome.Failed>(await _role.ReadKeysAsync(Cancel));
        Assert.Equal(Reasons.K2hr3Unreachable, failed.Reason);
        Assert.Contains(RoleKeys.PackagesKey, failed.Message, StringComparison.Ordinal);
        AssertLists([], ["chmpx", "k2hr3-get-resource"], ["chmpx.service", "k2hr3-get-resource.timer"]);
    }

    [Theory]
    [InlineData(RoleKeys.UnitsKey, "")]
    [InlineData(RoleKeys.UnitsKey, null)]
    [InlineData(RoleKeys.AntPickaxPackagesKey, "")]
    [InlineData(RoleKeys.AntPickaxPackagesKey, null)]
    [InlineData(RoleKeys.PackagesKey, "")]
    [InlineData(RoleKeys.ChmpxUserKey, "")]
    public async Task What_a_role_lists_no_longer_stays_until_three_answers_over_five_minutes_said_so(string key, string? value)
    {
        _server.Keys[RoleKeys.PackagesKey] = "curl";
        _server.Keys[RoleKeys.ChmpxUserKey] = "demo";
        await ReadAsync(times: 1);
        Assert.False(_role.IsUnconfirmed);
        _server.Keys[key] = value;

        // Three answers, and many more, are over in seconds.
        await ReadAsync(times: 20);
        AssertKept();
        _time.Advance(TimeSpan.FromSeconds(299));
        await ReadAsync(times: 1);
        AssertKept();
        _time.Advance(TimeSpan.FromSeconds(1));
        await ReadAsync(times: 1);
        Assert.Equal((false, null), (_role.IsUnconfirmed, _role.Kept));
        Assert.Equal(3, new[] { _role.Keys!.Packages.Count > 0, _role.Keys.AntPickaxPackages.Count > 0, _role.Keys.Units.Count > 0, _role.Keys.ChmpxUser is not null }.Count(isThere => isThere));

        // It is known to be so after a restart.
        Restart();
        await ReadAsync(times: 1);
        Assert.Null(_role.Kept);

        void AssertKept()
        {
            Assert.True(_role.IsUnconfirmed);
            Assert.Contains(key, _role.Kept, StringComparison.Ordinal);
            AssertLists(["curl"], ["chmpx", "k2hr3-get-resource"], ["chmpx.service", "k2hr3-get-resource.timer"]);
            Assert.Equal("demo", _role.Keys!.ChmpxUser);
        }
    }

    [Fact]
    public async Task Time_alone_is_no_evidence_either()
    {
        await ReadAsync(times: 1);
        _server.Keys[RoleKeys.UnitsKey] = string.Empty;
        await ReadAsync(times: 1);
        _time.Advance(TimeSpan.FromHours(1));
        await ReadAsync(times: 1);
        Assert.NotEmpty(_role.Keys!.Units);
        await ReadAsync(times: 1);
        Assert.Empty(_role.Keys!.Units);
    }

    [Fact]
    public async Task While_one_list_is_kept_what_the_others_gain_is_taken()
    {
        await ReadAsync(times: 1);
        _server.Keys[RoleKeys.UnitsKey] = string.Empty;
        _server.Keys[RoleKeys.AntPickaxPackagesKey] = "chmpx,demo";
        await ReadAsync(times: 1);
        AssertLists([], ["chmpx", "demo"], ["chmpx.service", "k2hr3-get-resource.timer"]);
    }

    [Fact]
    public async Task A_restarted_agent_keeps_what_was_kept_and_is_certain_no_sooner()
    {
        await ReadAsync(times: 1);
        _server.Keys[RoleKeys.UnitsKey] = string.Empty;
        for (var minute = 0; minute < 5; minute++)
        {
            await ReadAsync(times: 1);
            Assert.NotEmpty(_role.Keys!.Units);
            _time.Advance(TimeSpan.FromMinutes(1));
            Restart();
        }

        await ReadAsync(times: 1);
        Assert.Empty(_role.Keys!.Units);
    }

    [Theory]
    [InlineData(RoleKeys.UnitsKey)]
    [InlineData(RoleKeys.AntPickaxPackagesKey)]
    public async Task On_a_fresh_host_a_role_without_services_or_without_packages_is_taken_at_once_and_soon_read_again(string key)
    {
        var listed = _server.Keys[key];
        _server.Keys[key] = string.Empty;
        await ReadAsync(times: 1);
        Assert.True(_role.IsUnconfirmed);
        Assert.Equal(TimeSpan.FromSeconds(10), _role.RecheckAfter);
        Assert.Equal(key == RoleKeys.UnitsKey, _role.Keys!.Units.Count == 0);

        _server.Keys[key] = listed;
        await ReadAsync(times: 1);
        AssertLists([], ["chmpx", "k2hr3-get-resource"], ["chmpx.service", "k2hr3-get-resource.timer"]);
        Assert.Equal((false, null), (_role.IsUnconfirmed, _role.RecheckAfter));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public async Task On_a_fresh_slave_a_role_that_lists_nothing_at_all_is_taken_at_once_and_gives_the_documented_set(string? value)
    {
        LearnSlave();
        Empty(value);
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        AssertLists([], [], []);
        var keys = _role.KeysFor(isSlaveNode: true)!;
        Assert.Equal([], keys.Packages);
        Assert.Equal(["k2hdkc-dbaas-override-conf", "chmpx"], keys.AntPickaxPackages);
        Assert.Equal(["chmpx.service"], keys.Units);
        Assert.True(_role.KeysFor(isSlaveNode: false)!.ListsNothing);

        // Also known after a reboot without K2HR3.
        Restart();
        Assert.Equal(["chmpx.service"], _role.KeysFor(isSlaveNode: true)!.Units);
    }

    [Theory]
    [InlineData(RoleKeys.PackagesKey)]
    [InlineData(RoleKeys.AntPickaxPackagesKey)]
    [InlineData(RoleKeys.UnitsKey)]
    public async Task A_role_that_lists_anything_gets_what_it_lists_and_no_documented_set(string key)
    {
        LearnSlave();
        Empty(string.Empty);
        _server.Keys[key] = "something";
        await ReadAsync(times: 1);
        Assert.Equal(_role.Keys, _role.KeysFor(isSlaveNode: true));
        Assert.Single(_role.Keys!.Packages.Concat(_role.Keys.AntPickaxPackages).Concat(_role.Keys.Units));
    }

    [Fact]
    public async Task Lists_that_hold_nothing_are_read_again_after_seconds_then_minutes_and_when_they_are_certain()
    {
        LearnSlave();
        Empty(string.Empty);
        var (waits, began) = (new List<double>(), _time.GetTimestamp());
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(await _role.ReadKeysAsync(Cancel));
            waits.Add(_role.RecheckAfter!.Value.TotalSeconds);
            _time.Advance(_role.RecheckAfter.Value);
        }

        Assert.Equal([10, 50, 240, 1500, 9000], waits);
        _server.Keys[RoleKeys.UnitsKey] = "chmpx.service";
        _server.Keys[RoleKeys.AntPickaxPackagesKey] = "chmpx";
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        Assert.Null(_role.RecheckAfter);
    }

    [Theory]
    [InlineData("demo", "demo")]
    [InlineData(" demo\n", "demo")]
    [InlineData("", null)]
    [InlineData(" ", null)]
    [InlineData(null, null)]
    public async Task The_user_that_the_role_names_for_chmpx_is_read_with_the_lists_and_known_after_a_restart(string? value, string? user)
    {
        _server.Keys[RoleKeys.ChmpxUserKey] = value;
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        Assert.Equal(user, _role.Keys!.ChmpxUser);
        Restart();
        Assert.Equal(user, _role.Keys!.ChmpxUser);
        AssertLists([], ["chmpx", "k2hr3-get-resource"], ["chmpx.service", "k2hr3-get-resource.timer"]);
    }

    [Fact]
    public void What_an_earlier_agent_kept_without_a_user_is_still_known()
    {
        TempDirectory.PutAt(_directory.Root.Agent.RoleKeys, """{"packages":["a"],"ant_pickax_packages":["chmpx"],"units":["chmpx.service"]}""");
        Restart();
        AssertLists(["a"], ["chmpx"], ["chmpx.service"]);
        Assert.Null(_role.Keys!.ChmpxUser);
    }

    [Fact]
    public async Task An_answer_with_entries_in_between_starts_it_over()
    {
        await ReadAsync(times: 1);
        _server.Keys[RoleKeys.UnitsKey] = string.Empty;
        await ReadAsync(times: 3);
        _time.Advance(TimeSpan.FromMinutes(4));
        _server.Keys[RoleKeys.UnitsKey] = "chmpx.service";
        await ReadAsync(times: 1);
        AssertLists([], ["chmpx", "k2hr3-get-resource"], ["chmpx.service"]);
        _server.Keys[RoleKeys.UnitsKey] = string.Empty;
        await ReadAsync(times: 1);
        _time.Advance(TimeSpan.FromMinutes(4));
        await ReadAsync(times: 3);
        AssertLists([], ["chmpx", "k2hr3-get-resource"], ["chmpx.service"]);
    }

    [Fact]
    public async Task A_K2HR3_that_is_away_in_between_starts_it_over()
    {
        await ReadAsync(times: 1);
        _server.Keys[RoleKeys.UnitsKey] = string.Empty;
        await ReadAsync(times: 3);
        _time.Advance(TimeSpan.FromMinutes(4));
        _server.Trouble = 503;
        Assert.IsType<Outcome.Failed>(await _role.ReadKeysAsync(Cancel));
        _server.Trouble = null;
        await ReadAsync(times: 1);
        _time.Advance(TimeSpan.FromMinutes(4));
        await ReadAsync(times: 3);
        Assert.NotEmpty(_role.Keys!.Units);
    }

    [Fact]
    public async Task A_list_that_only_loses_some_is_trusted_at_once()
    {
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        _server.Keys[RoleKeys.UnitsKey] = "chmpx.service";
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        AssertLists([], ["chmpx", "k2hr3-get-resource"], ["chmpx.service"]);
    }

    [Fact]
    public void A_role_that_may_read_no_resource_lists_nothing_unless_it_once_did()
    {
        _role.LearnUnreadable();
        AssertLists([], [], []);
        new RoleKeys(["a"], [], ["b.service"]).Save(_directory.Root.Agent.RoleKeys);
        Restart();
        _role.LearnUnreadable();
        AssertLists(["a"], [], ["b.service"]);
    }

    [Fact]
    public async Task What_a_former_role_listed_is_nothing_that_this_one_lost()
    {
        new RoleKeys(["a"], [], ["former.service"]) { Resource = "yrn:yahoo:::t:resource:former/slave" }.Save(_directory.Root.Agent.RoleKeys);
        Restart();
        Assert.Null(_role.Keys);
        foreach (var key in _server.Keys.Keys)
        {
            _server.Keys[key] = string.Empty;
        }

        Assert.Null(await _role.ReadKeysAsync(Cancel));
        AssertLists([], [], []);
        Restart();
        AssertLists([], [], []);
    }

    /// <summary>As an agent of an earlier version left it.</summary>
    [Fact]
    public async Task Lists_without_their_resources_name_are_this_roles_and_get_it()
    {
        new RoleKeys(["a"], [], ["chmpx.service"]).Save(_directory.Root.Agent.RoleKeys);
        Restart();
        Assert.Equal(["a"], _role.Keys!.Packages);
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        Assert.Equal(RoleServer.Role.ToResource().ToString(), RoleKeys.Load(_directory.Root.Agent.RoleKeys)!.Resource);
    }

    [Fact]
    public void A_role_that_is_no_slaves_is_surely_so_only_once_that_is_confirmed_and_may_become_one()
    {
        _role.LearnOther(isConfirmed: false);
        Assert.Equal((false, false), (_role.IsSlaveNode, _role.IsSurelyOther));
        _role.LearnOther(isConfirmed: true);
        Assert.Equal((false, true), (_role.IsSlaveNode, _role.IsSurelyOther));
        LearnSlave();
        Assert.Equal((true, false), (_role.IsSlaveNode, _role.IsSurelyOther));
    }

    private async Task ReadAsync(int times)
    {
        for (var time = 0; time < times; time++)
        {
            Assert.Null(await _role.ReadKeysAsync(Cancel));
        }
    }

    private void AssertLists(string[] packages, string[] antPickax, string[] units)
    {
        Assert.Equal(packages, _role.Keys!.Packages);
        Assert.Equal(antPickax, _role.Keys.AntPickaxPackages);
        Assert.Equal(units, _role.Keys.Units);
    }

    private void LearnSlave() => _role.Learn(ConfigurationPlan.Make(SampleIni.Text, "cuk-slv1", new HostFiles(_ => true, _ => true)), everWasSlave: false);

    private void Empty(string? value)
    {
        _server.Keys[RoleKeys.PackagesKey] = value;
        _server.Keys[RoleKeys.AntPickaxPackagesKey] = value;
        _server.Keys[RoleKeys.UnitsKey] = value;
    }

    private void Restart() =>
        _role = new RoleMemory(_client, RoleServer.Role.ToResource(), _directory.Root, DefaultSettings.Slave, DefaultSettings.EvidenceOf(_directory, _time));
}
