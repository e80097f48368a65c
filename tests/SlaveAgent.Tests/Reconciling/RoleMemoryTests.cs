using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Files;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

/// <summary>What a role lists, as a real HTTP server tells it.</summary>
public sealed class RoleMemoryTests : IAsyncLifetime
{
    private const string Token = "e2f568bca43f5fe84c85b4c05eb64a67dd6a07a19637efd33eb875603453305a";

    private readonly TempDirectory _directory = new();
    private readonly Dictionary<string, string?> _keys = new()
    {
        [RoleKeys.PackagesKey] = string.Empty,
        [RoleKeys.AntPickaxPackagesKey] = "chmpx, k2hr3-get-resource",
        [RoleKeys.UnitsKey] = "chmpx.service,k2hr3-get-resource.timer",
    };

    private SmallServer _server = null!;
    private K2hr3Client _client = null!;
    private RoleMemory _role = null!;
    private bool _isAway;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Yrn Role { get; } = Yrn.TryParse("yrn:yahoo:::t:role:c/slave")!;

    public async ValueTask InitializeAsync()
    {
        _server = await SmallServer.StartAsync(context =>
        {
            var value = _keys[context.Request.Query["keyname"]!];
            context.Response.StatusCode = _isAway ? 503 : value is null ? 404 : 200;
            object answer = value is null
                ? new { result = false, message = "resource(yrn:yahoo:::t:resource:c/slave) does not have value for type(keys)" }
                : new { result = true, message = (string?)null, resource = value };
            return context.Response.WriteAsync(JsonSerializer.Serialize(answer), Cancel);
        });
        _client = new K2hr3Client(
            new K2hr3Identity(_server.Address, Role, Role.TenantYrn, "cuk-slv1", "slv1", null, null, false), () => RoleToken.TryParse(Token),
            new RenewingHandler(TlsFiles.None), TimeSpan.FromSeconds(40), new FakeTimeProvider());
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
        _keys[RoleKeys.PackagesKey] = null;
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        AssertLists([], ["chmpx", "k2hr3-get-resource"], ["chmpx.service", "k2hr3-get-resource.timer"]);
    }

    [Fact]
    public async Task A_K2HR3_that_is_away_changes_nothing()
    {
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        _isAway = true;
        var failed = Assert.IsType<StepOutcome.Failed>(await _role.ReadKeysAsync(Cancel));
        Assert.StartsWith($"reading the role's key {RoleKeys.PackagesKey}", failed.Words, StringComparison.Ordinal);
        AssertLists([], ["chmpx", "k2hr3-get-resource"], ["chmpx.service", "k2hr3-get-resource.timer"]);
    }

    [Theory]
    [InlineData(RoleKeys.UnitsKey, "")]
    [InlineData(RoleKeys.UnitsKey, null)]
    [InlineData(RoleKeys.AntPickaxPackagesKey, "")]
    [InlineData(RoleKeys.AntPickaxPackagesKey, null)]
    public async Task A_list_that_is_empty_all_at_once_is_believed_the_third_time(string key, string? value)
    {
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        _keys[key] = value;
        await AssertDoubtedAsync(times: 2);
        AssertLists([], ["chmpx", "k2hr3-get-resource"], ["chmpx.service", "k2hr3-get-resource.timer"]);
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        Assert.Empty(key == RoleKeys.UnitsKey ? _role.Keys!.Units : _role.Keys!.AntPickaxPackages);

        // Known to be empty now, it is so at once after a restart.
        Restart();
        Assert.Null(await _role.ReadKeysAsync(Cancel));
    }

    [Theory]
    [InlineData(RoleKeys.UnitsKey)]
    [InlineData(RoleKeys.AntPickaxPackagesKey)]
    public async Task On_a_fresh_host_a_role_without_services_or_without_packages_is_believed_the_third_time(string key)
    {
        _keys[key] = string.Empty;
        await AssertDoubtedAsync(times: 2);
        Assert.Null(_role.Keys);
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        Assert.NotNull(_role.Keys);
    }

    [Fact]
    public async Task An_answer_with_entries_in_between_ends_the_doubt()
    {
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        _keys[RoleKeys.UnitsKey] = string.Empty;
        await AssertDoubtedAsync(times: 2);
        _keys[RoleKeys.UnitsKey] = "chmpx.service";
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        AssertLists([], ["chmpx", "k2hr3-get-resource"], ["chmpx.service"]);
        _keys[RoleKeys.UnitsKey] = string.Empty;
        await AssertDoubtedAsync(times: 2);
    }

    [Fact]
    public async Task A_K2HR3_that_is_away_in_between_starts_the_doubt_over()
    {
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        _keys[RoleKeys.UnitsKey] = string.Empty;
        await AssertDoubtedAsync(times: 2);
        _isAway = true;
        Assert.IsType<StepOutcome.Failed>(await _role.ReadKeysAsync(Cancel));
        _isAway = false;
        await AssertDoubtedAsync(times: 2);
    }

    [Fact]
    public async Task A_list_that_only_loses_some_is_believed_at_once()
    {
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        _keys[RoleKeys.UnitsKey] = "chmpx.service";
        Assert.Null(await _role.ReadKeysAsync(Cancel));
        AssertLists([], ["chmpx", "k2hr3-get-resource"], ["chmpx.service"]);
    }

    [Fact]
    public void A_role_that_may_read_no_resource_lists_nothing_unless_it_once_did()
    {
        _role.LearnUnreadable();
        Assert.False(_role.IsSlaveNode);
        AssertLists([], [], []);
        new RoleKeys(["a"], [], ["b.service"]).Save(_directory.Root.At(AgentPaths.RoleKeys));
        Restart();
        _role.LearnUnreadable();
        AssertLists(["a"], [], ["b.service"]);
    }

    private async Task AssertDoubtedAsync(int times)
    {
        for (var time = 0; time < times; time++)
        {
            Assert.IsType<StepOutcome.Waiting>(await _role.ReadKeysAsync(Cancel));
        }
    }

    private void AssertLists(string[] packages, string[] antPickax, string[] units)
    {
        Assert.Equal(packages, _role.Keys!.Packages);
        Assert.Equal(antPickax, _role.Keys.AntPickaxPackages);
        Assert.Equal(units, _role.Keys.Units);
    }

    private void Restart() => _role = new RoleMemory(_client, Role.ToResource(), _directory.Root);
}
