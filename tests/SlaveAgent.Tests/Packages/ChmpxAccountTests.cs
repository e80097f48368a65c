using SlaveAgent.Hosting;
using SlaveAgent.K2hr3;
using SlaveAgent.Packages;
using SlaveAgent.Reconciling;
using SlaveAgent.Roles;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Packages;

public sealed class ChmpxAccountTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly K2hr3Client _client = RoleServer.AwayClient(TimeProvider.System);
    private string? _ofOverrideConf;
    private bool _isNeeded = true;
    private Func<CommandResult>? _delegated;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _client.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task A_user_that_is_there_is_named()
    {
        Passwd("k2hdkc:x:999:999::/:/sbin/nologin");
        var account = Make();
        Assert.Null(account.ExistingName);
        Assert.Null(await account.CheckAsync(Cancel));
        Assert.Equal("k2hdkc", account.ExistingName);
    }

    [Fact]
    public async Task A_user_that_is_missing_is_reported_by_its_code_and_never_replaced_by_root()
    {
        Passwd("root:x:0:0::/root:/bin/sh");
        var account = Make();
        Assert.Equal(Reasons.ChmpxUserMissing, Assert.IsType<Outcome.Failed>(await account.CheckAsync(Cancel)).Reason);
        Assert.Null(account.ExistingName);
    }

    [Fact]
    public async Task A_user_that_goes_away_is_no_longer_named()
    {
        Passwd("k2hdkc:x:999:999::/:/sbin/nologin");
        var account = Make();
        await account.CheckAsync(Cancel);
        Passwd(string.Empty);
        Assert.NotNull(await account.CheckAsync(Cancel));
        Assert.Null(account.ExistingName);
    }

    [Theory]
    [InlineData("demo", "other", "demo")]
    [InlineData("toor", "other", "other")]
    [InlineData("toor", "toor", "k2hdkc")]
    [InlineData("root", null, "k2hdkc")]
    public async Task Root_under_another_name_is_passed_over_too(string ofRole, string? ofOverrideConf, string user)
    {
        Passwd("root:x:0:0::/root:/bin/sh", "toor:x:0:0::/root:/bin/sh", "demo:x:1000:1000::/:/bin/sh", "other:x:1001:1001::/:/bin/sh", "k2hdkc:x:999:999::/:/sbin/nologin");
        _ofOverrideConf = ofOverrideConf;
        var account = Make(ofRole);
        Assert.Null(await account.CheckAsync(Cancel));
        Assert.Equal(user, account.ExistingName);
    }

    [Fact]
    public async Task Where_every_name_is_roots_chmpx_is_not_to_be_started()
    {
        Passwd("k2hdkc:x:0:0::/root:/bin/sh");
        var account = Make();
        Assert.Equal(Reasons.ChmpxUserUnknown, (await account.EnsureAsync(Cancel))?.Reason);
        Assert.Null(account.ExistingName);
    }

    [Fact]
    public async Task Where_the_agent_has_no_say_nothing_is_looked_up_nor_created()
    {
        _isNeeded = false;
        var account = Make("demo");
        Assert.Null(await account.CheckAsync(Cancel));
        Assert.Null(await account.EnsureAsync(Cancel));
        Assert.Null(account.ExistingName);
        Assert.False(Directory.Exists(_directory.At("etc")));
    }

    [Fact]
    public async Task A_missing_user_is_created_where_this_process_may()
    {
        Directory.CreateDirectory(_directory.At("etc"));
        var account = Make("demo");
        Assert.Null(await account.EnsureAsync(Cancel));
        Assert.Equal("demo", account.ExistingName);
    }

    [Fact]
    public async Task A_user_that_could_not_be_created_is_still_missing()
    {
        // A file where the directory should be: no tool can write below it.
        _directory.Put("etc", "in the way");
        Assert.Equal(Reasons.ChmpxUserMissing, Assert.IsType<Outcome.Failed>(await Make("demo").EnsureAsync(Cancel)).Reason);
    }

    [Fact]
    public async Task A_hardened_daemon_has_the_bootstrap_service_create_it()
    {
        var asked = 0;
        _delegated = () => new CommandResult(asked++, "no such unit");
        var account = Make("demo");
        Assert.Equal(Reasons.ChmpxUserMissing, Assert.IsType<Outcome.Waiting>(await account.EnsureAsync(Cancel)).Reason);
        Assert.Equal(Reasons.ChmpxUserMissing, Assert.IsType<Outcome.Failed>(await account.EnsureAsync(Cancel)).Reason);
        Passwd("demo:x:1000:1000::/:/bin/sh");
        Assert.Null(await account.EnsureAsync(Cancel));
        Assert.Equal(2, asked);
    }

    private void Passwd(params string[] lines) => _directory.Put("etc/passwd", string.Join('\n', lines) + "\n");

    private ChmpxAccount Make(string? ofRole = null)
    {
        new RoleKeys([], [], []) { ChmpxUser = ofRole }.Save(_directory.Root.Agent.RoleKeys);
        return ChmpxAccounts.Make(
            _directory.Root,
            new RoleMemory(_client, RoleServer.Role.ToResource(), _directory.Root, DefaultSettings.Slave, DefaultSettings.EvidenceOf(_directory, TimeProvider.System)),
            () => _isNeeded,
            () => _ofOverrideConf,
            _delegated is null ? null : _ => Task.FromResult(_delegated()));
    }
}
