using Microsoft.Extensions.Time.Testing;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Roles;
using SlaveAgent.Settings;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Roles;

/// <summary>What is asked of K2HR3 on the role, and what becomes known by it.</summary>
public sealed class RoleControllerTests : IAsyncLifetime
{
    private const string ListedUnits = "chmpx.service,k2hr3-get-resource.timer";
    private const string ListedPackages = "curl,jq,chmpx,k2hr3-get-resource";

    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private RoleServer _server = null!;
    private K2hr3Client _client = null!;
    private EvidenceMemory _evidence = null!;
    private RoleMemory _role = null!;
    private ResourceReader _resource = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await RoleServer.StartAsync();
        _server.Keys[RoleKeys.PackagesKey] = "curl,jq";
        _client = _server.Client(_time);
        _evidence = DefaultSettings.EvidenceOf(_directory, _time);
        UseDocumented(DefaultSettings.Slave);
        _resource = new ResourceReader(_client, RoleServer.Role.ToResource(), _directory.Root, _evidence);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public void It_asks_K2HR3_and_is_given_time_for_its_five_requests()
    {
        IController controller = Make();
        Assert.Equal((ControllerKinds.Role, Lane.K2hr3, true), (controller.Kind, controller.Lane, controller.AsksK2hr3));
        Assert.True(controller.WatchdogLimit > _resource.LongestRequest * 5);
    }

    [Fact]
    public async Task What_the_role_lists_is_known_and_kept_and_packages_and_services_are_observed_because_of_it()
    {
        var outcome = Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel));
        Assert.Equal((ControllerKinds.Packages | ControllerKinds.Services, $"slave: {ListedPackages}; {ListedUnits}; "), (outcome.Triggers, outcome.TriggerReason));
        Assert.Equal((Reasons.AsDesired, false, null), (outcome.Reason, outcome.IsUnconfirmed, outcome.RecheckAfter));
        Assert.Equal((true, false), (_role.IsSlaveNode, _role.IsSurelyOther));

        var another = new RoleMemory(RoleServer.AwayClient(_time), RoleServer.Role.ToResource(), _directory.Root, DefaultSettings.Slave, _evidence);
        Assert.Equal(["curl", "jq"], another.Keys!.Packages);
    }

    [Fact]
    public async Task In_a_role_that_is_no_slaves_what_it_lists_is_known_before_that_is_confirmed()
    {
        _server.Text = "[GLOBAL]\nMODE = SERVER\n";
        var controller = Make();
        Assert.Equal(Reasons.NotASlave, Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel)).Reason);
        Assert.Equal(Reasons.NotASlave, Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel)).Reason);
        Assert.Null(_role.IsSlaveNode);

        var outcome = Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel));
        Assert.Equal((true, TimeSpan.FromMinutes(5)), (outcome.IsUnconfirmed, outcome.RecheckAfter));
        Assert.Equal((false, false), (_role.IsSlaveNode, _role.IsSurelyOther));
        Assert.StartsWith("unconfirmed: ", outcome.TriggerReason, StringComparison.Ordinal);

        _time.Advance(TimeSpan.FromMinutes(5));
        outcome = Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel));
        Assert.Equal((false, null), (outcome.IsUnconfirmed, outcome.RecheckAfter));
        Assert.Equal((false, true), (_role.IsSlaveNode, _role.IsSurelyOther));
        Assert.Equal($"other: {ListedPackages}; {ListedUnits}; ", outcome.TriggerReason);
    }

    /// <summary>What this agent stands in for on a slave node was left out for good where the time was over between the role's resource and its keys.</summary>
    [Fact]
    public async Task A_time_that_is_over_while_the_keys_are_read_confirms_nothing_before_the_next_answer()
    {
        _server.Text = "[GLOBAL]\nMODE = SERVER\n";
        var controller = Make();
        for (var i = 0; i < 3; i++)
        {
            await controller.RunAsync(Cancel);
        }

        _time.Advance(TimeSpan.FromSeconds(299));
        _server.Answering = request => _time.Advance(request == $"GET {RoleKeys.UnitsKey}" ? TimeSpan.FromSeconds(1) : TimeSpan.Zero);
        var outcome = Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel));
        Assert.Equal((false, true, TimeSpan.Zero), (_role.IsSurelyOther, outcome.IsUnconfirmed, outcome.RecheckAfter));
        Assert.StartsWith("unconfirmed: ", outcome.TriggerReason, StringComparison.Ordinal);

        outcome = Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel));
        Assert.Equal((true, false, null), (_role.IsSurelyOther, outcome.IsUnconfirmed, outcome.RecheckAfter));
        Assert.StartsWith("other: ", outcome.TriggerReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_resource_that_may_not_be_read_any_more_leaves_nothing_to_be_confirmed_of_its_lists()
    {
        _server.Text = "[GLOBAL]\nMODE = SERVER\n";
        _server.Keys[RoleKeys.UnitsKey] = string.Empty;
        var controller = Make();
        for (var i = 0; i < 5; i++)
        {
            await controller.RunAsync(Cancel);
        }

        Assert.True(_role.IsUnconfirmed);
        _server.Text = null;
        for (var i = 0; i < 3; i++)
        {
            await controller.RunAsync(Cancel);
        }

        _time.Advance(TimeSpan.FromMinutes(5));
        var outcome = Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel));
        Assert.Equal((false, null), (outcome.IsUnconfirmed, outcome.RecheckAfter));
    }

    [Fact]
    public async Task A_role_that_becomes_a_slaves_has_its_services_observed_again()
    {
        _server.Text = string.Empty;
        var controller = Make();
        for (var i = 0; i < 3; i++)
        {
            await controller.RunAsync(Cancel);
        }

        _server.Text = SampleIni.Text;
        var outcome = Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel));
        Assert.Equal(($"slave: {ListedPackages}; {ListedUnits}; ", false), (outcome.TriggerReason, outcome.IsUnconfirmed));
        Assert.True(_role.IsSlaveNode);
    }

    [Fact]
    public async Task What_the_role_lists_no_longer_stays_in_force_until_that_is_confirmed()
    {
        var controller = Make();
        await controller.RunAsync(Cancel);
        _server.Keys[RoleKeys.UnitsKey] = string.Empty;
        var outcome = Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel));
        Assert.Equal(($"slave: {ListedPackages}; {ListedUnits}; ", TimeSpan.FromSeconds(10)), (outcome.TriggerReason, outcome.RecheckAfter));
        Assert.NotNull(_role.Kept);
        await controller.RunAsync(Cancel);
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal($"slave: {ListedPackages}; ; ", (await controller.RunAsync(Cancel)).TriggerReason);
        Assert.Null(_role.Kept);
    }

    [Fact]
    public async Task A_slaves_role_that_lists_nothing_gets_the_documented_set_and_is_read_again_soon()
    {
        ListNothing();
        var outcome = Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel));
        Assert.Equal((Reasons.DocumentedSet, TimeSpan.FromSeconds(10)), (outcome.Reason, outcome.RecheckAfter));
        Assert.StartsWith("slave: k2hdkc-dbaas-override-conf,", outcome.TriggerReason, StringComparison.Ordinal);

        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(TimeSpan.FromSeconds(50), Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel)).RecheckAfter);

        _server.Keys[RoleKeys.PackagesKey] = "curl";
        _server.Keys[RoleKeys.UnitsKey] = "demo.service";
        outcome = Assert.IsType<Outcome.Unchanged>(await Make().RunAsync(Cancel));
        Assert.Equal((Reasons.AsDesired, "slave: curl; demo.service; ", null), (outcome.Reason, outcome.TriggerReason, outcome.RecheckAfter));
    }

    [Fact]
    public async Task The_documented_set_may_be_another_or_none()
    {
        ListNothing();
        UseDocumented(new SlaveSettings(["chmpx", "libk2hdkc"], []));
        Assert.Equal("slave: chmpx,libk2hdkc; ; ", (await Make().RunAsync(Cancel)).TriggerReason);
        UseDocumented(new SlaveSettings([], []));
        Assert.Equal("slave: ; ; ", (await Make().RunAsync(Cancel)).TriggerReason);
    }

    [Fact]
    public async Task A_role_that_is_no_slaves_and_lists_nothing_gets_nothing()
    {
        ListNothing();
        _server.Text = "[GLOBAL]\nMODE = SERVER\n";
        Outcome outcome = null!;
        for (var i = 0; i < 3; i++)
        {
            outcome = await Make().RunAsync(Cancel);
        }

        Assert.Equal("unconfirmed: ; ; ", outcome.TriggerReason);
    }

    [Fact]
    public async Task A_slaves_role_is_asked_for_its_text_once_and_another_one_each_time()
    {
        var controller = Make();
        await controller.RunAsync(Cancel);
        await controller.RunAsync(Cancel);
        Assert.Single(_server.Requests, request => request == "GET resource");
        Assert.Equal(9, _server.Requests.Count);
        Assert.DoesNotContain(_server.Requests, request => request.Contains("add-user", StringComparison.Ordinal));

        _server.Text = "[GLOBAL]\nMODE = SERVER\n";
        _role.LearnOther(isConfirmed: true);
        await controller.RunAsync(Cancel);
        await controller.RunAsync(Cancel);
        Assert.Equal(3, _server.Requests.Count(request => request == "GET resource"));
    }

    [Fact]
    public async Task A_role_that_may_read_nothing_lists_nothing_when_K2HR3_has_said_so_three_times_and_that_is_confirmed_after_five_minutes()
    {
        _server.Text = null;
        var controller = Make();
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(Reasons.K2hr3Refused, Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel)).Reason);
        }

        var outcome = Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel));
        Assert.Equal(("unconfirmed: ; ; ", true), (outcome.TriggerReason, outcome.IsUnconfirmed));
        Assert.Equal((false, false), (_role.IsSlaveNode, _role.IsSurelyOther));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.False((await controller.RunAsync(Cancel)).IsUnconfirmed);
        Assert.True(_role.IsSurelyOther);
        Assert.DoesNotContain(_server.Requests, request => request.Contains("init", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_empty_resource_has_to_be_said_again()
    {
        _server.Text = string.Empty;
        var controller = Make();
        Assert.Equal(Reasons.NotASlave, Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel)).Reason);
        Assert.IsType<Outcome.Waiting>(await controller.RunAsync(Cancel));
        Assert.True(Assert.IsType<Outcome.Unchanged>(await controller.RunAsync(Cancel)).IsUnconfirmed);
    }

    [Fact]
    public async Task What_once_was_a_slaves_stays_one()
    {
        _resource.Accept(SampleIni.Text);
        _server.Text = "[GLOBAL]\nMODE = SERVER\n";
        await Make().RunAsync(Cancel);
        Assert.True(_role.IsSlaveNode);
    }

    [Fact]
    public async Task A_key_that_cannot_be_read_leaves_what_is_known_as_it_is()
    {
        var controller = Make();
        await controller.RunAsync(Cancel);
        _server.Trouble = 500;
        var failed = Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel));
        Assert.Equal((Consequence.K2hr3Away, ControllerKinds.None), (failed.Consequence, failed.Triggers));
        Assert.Equal(["curl", "jq"], _role.Keys!.Packages);
    }

    private void ListNothing()
    {
        foreach (var key in new[] { RoleKeys.PackagesKey, RoleKeys.AntPickaxPackagesKey, RoleKeys.UnitsKey })
        {
            _server.Keys[key] = string.Empty;
        }
    }

    private void UseDocumented(SlaveSettings documented) => _role = new RoleMemory(_client, RoleServer.Role.ToResource(), _directory.Root, documented, _evidence);

    private RoleController Make() => new(_role, _resource, "cuk-slv1");
}
