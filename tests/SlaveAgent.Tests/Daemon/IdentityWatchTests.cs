using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Composition;
using SlaveAgent.Daemon;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Identity;
using SlaveAgent.K2hr3;
using SlaveAgent.Settings;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Daemon;

public sealed class IdentityWatchTests : IAsyncLifetime
{
    private const string Other = "yrn:yahoo:::t:role:other/slave";

    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ListLog _log = new();
    private RoleServer _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private HostRoot Root => _directory.Root;

    public async ValueTask InitializeAsync() => _server = await RoleServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task What_was_handed_over_while_another_process_held_the_files_for_too_long_is_tried_once_they_can_be_read()
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var watch = await StartAsync();
        var running = watch.RunAsync(ending.Token);
        using (var held = FileLock.TryTake(Root.Agent.IdentityLock))
        {
            Assert.NotNull(held);
            TempDirectory.PutAt(Root.Agent.HandedIdentity, $"role={Other}\ntoken={RoleServer.Token}\n");
            watch.Observe();
            _time.Advance(TimeSpan.FromSeconds(2));
            watch.Observe();
            await UntilAsync(() => _log.Seen.Any(line => line.StartsWith("Warning", StringComparison.Ordinal)), "giving up on the lock");
        }

        await UntilAsync(
            () =>
            {
                watch.Observe();
                return running.IsCompleted;
            },
            "the other role is in force");

        await running;
        Assert.Equal(["PUT role"], _server.Requests);
        Assert.Equal(Other, new IdentityStore(Root).Accepted!.Role);
    }

    private async Task<IdentityWatch> StartAsync()
    {
        // The clock of these tests is moved on while an answer is waited for.
        var values = new SettingsValues();
        values.Overlay(SettingsDocument.Read("agent.yaml", "k2hr3:\n  timeout: 24h\n"));
        var settings = AgentSettings.From(values);
        var who = new K2hr3Identity(_server.Address, RoleServer.Role, RoleServer.Role.TenantYrn, "i-1", "slv1", null, null, false);
        Assert.True(await Keepers.Of(Root, who, RoleToken.TryParse(RoleServer.Token), TimeProvider.System).AcceptAsync(Cancel));
        var setup = new Setup(Root, settings, TokenSource.Open(null, null, null, Root, TextReader.Null), IdentityValues.None, FileSettings: null);
        var first = await IdentityReader.ReadAsync(setup, settings, new CommandRunner(TimeProvider.System), TimeProvider.System, Cancel);
        return new IdentityWatch(setup, settings, first, _time, _log.Logger);
    }

    private Task UntilAsync(Func<bool> isSo, string what) => Eventually.IsTrueAsync(
        () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return isSo();
        },
        what);
}
