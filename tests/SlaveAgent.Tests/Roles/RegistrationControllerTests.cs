using Microsoft.Extensions.Time.Testing;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Roles;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Roles;

public sealed class RegistrationControllerTests : IAsyncLifetime
{
    private readonly TempDirectory _directory = new();
    private RoleServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await RoleServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_host_is_registered_and_its_identity_left_for_others()
    {
        var outcome = await RunAsync(RoleServer.Token);
        Assert.Equal(Reasons.Registered, Assert.IsType<Outcome.Changed>(outcome).Reason);
        Assert.Equal(["PUT role"], _server.Requests);
        Assert.Equal("cuk-slv1", File.ReadAllText(_directory.At("etc/antpickax/k2hr3-cuk")));
        Assert.Equal(RoleServer.Token, File.ReadAllText(_directory.At("etc/antpickax/k2hr3-role-token")));
    }

    [Fact]
    public async Task Its_token_stays_out_of_the_files_when_it_is_to()
    {
        await RunAsync(RoleServer.Token, staysOffDisk: true);
        Assert.False(File.Exists(_directory.At("etc/antpickax/k2hr3-role-token")));
        Assert.True(File.Exists(_directory.At("etc/antpickax/k2hr3-cuk")));
    }

    [Fact]
    public async Task A_host_that_K2HR3_knows_by_its_address_is_accepted_by_the_first_resource_it_can_read_and_asks_no_more_then()
    {
        var outcome = await RunAsync(null, byAddress: true);
        Assert.Equal(Reasons.KnownByAddress, Assert.IsType<Outcome.NothingToDo>(outcome).Reason);
        Assert.Equal(["GET resource"], _server.Requests);
        Assert.True(File.Exists(_directory.At("etc/antpickax/k2hr3-cuk")));

        Assert.IsType<Outcome.NothingToDo>(await RunAsync(null, byAddress: true));
        Assert.Equal(["GET resource"], _server.Requests);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(500)]
    public async Task What_K2HR3_does_not_accept_leaves_no_trace_in_the_identity_files(int trouble)
    {
        _server.Trouble = trouble;
        Assert.IsType<Outcome.Failed>(await RunAsync(RoleServer.Token));
        Assert.IsType<Outcome.Failed>(await RunAsync(null, byAddress: true));
        Assert.False(Directory.Exists(_directory.At("etc/antpickax")));
        Assert.False(File.Exists(_directory.At("var/lib/k2hdkc-slave-agent/machine.json")));
    }

    [Fact]
    public async Task A_registration_that_was_accepted_after_another_was_put_in_force_does_not_undo_it()
    {
        using var client = _server.Client(new FakeTimeProvider());
        var token = Parse(RoleServer.Token);
        var late = Keepers.Of(_directory.Root, client.Identity, token, TimeProvider.System);
        var other = client.Identity with { Role = Yrn.TryParse("yrn:yahoo:::t:role:new/slave")! };
        Assert.True(await Keepers.Of(_directory.Root, other, token, TimeProvider.System).AcceptAsync(Cancel));

        Assert.Equal(Reasons.IdentityReplaced, Assert.IsType<Outcome.Waiting>(await new RegistrationController(client, RoleServer.Role.ToResource(), late, () => token).RunAsync(Cancel)).Reason);

        Assert.Equal("yrn:yahoo:::t:role:new/slave", File.ReadAllText(_directory.At("etc/antpickax/k2hr3-role-name")));
    }

    [Fact]
    public async Task Without_a_token_a_person_has_to_act()
    {
        var failed = Assert.IsType<Outcome.Failed>(await RunAsync(null));
        Assert.Equal((Reasons.TokenMissing, Consequence.NeedsPerson), (failed.Reason, failed.Consequence));
        Assert.Empty(_server.Requests);
    }

    [Theory]
    [InlineData(401, Reasons.TokenRejected)]
    [InlineData(403, Reasons.K2hr3Refused)]
    public async Task A_K2HR3_that_refuses_is_asked_again(int trouble, string reason)
    {
        _server.Trouble = trouble;
        var failed = Assert.IsType<Outcome.Failed>(await RunAsync(RoleServer.Token));
        Assert.Equal((reason, Consequence.K2hr3Away), (failed.Reason, failed.Consequence));
    }

    [Fact]
    public void It_asks_K2HR3_and_is_not_waited_for_longer_than_requests_take()
    {
        using var client = _server.Client(new FakeTimeProvider());
        IController controller = new RegistrationController(client, RoleServer.Role.ToResource(), Keepers.Of(_directory.Root, client.Identity, null, TimeProvider.System), () => null);
        Assert.Equal(
            (ControllerKinds.Registration, Lane.K2hr3, true, client.LongestRequest + TimeSpan.FromMinutes(2)),
            (controller.Kind, controller.Lane, controller.AsksK2hr3, controller.WatchdogLimit));
    }

    private async Task<Outcome> RunAsync(string? token, bool byAddress = false, bool staysOffDisk = false)
    {
        using var client = _server.Client(new FakeTimeProvider(), byAddress);
        var keeper = Keepers.Of(_directory.Root, client.Identity, Parse(token), TimeProvider.System, staysOffDisk);
        return await new RegistrationController(client, RoleServer.Role.ToResource(), keeper, () => Parse(token)).RunAsync(Cancel);
    }

    private static RoleToken? Parse(string? token) => token is null ? null : RoleToken.TryParse(token);
}
