using System.Net;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Chmpx;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

public sealed class PortProbeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_port_that_takes_a_connection_is_found_and_nothing_is_sent()
    {
        var heard = new TaskCompletionSource<string>();
        using var server = new Listener((_, text) =>
        {
            heard.SetResult(text);
            return Task.CompletedTask;
        });
        Assert.Equal(Loopback(server.Port), await FindAsync(Loopback(server.Port)));
        Assert.Equal(string.Empty, await heard.Task.WaitAsync(Cancel));
    }

    [Fact]
    public async Task Ports_that_nobody_listens_on_are_passed_over_for_the_one_that_is_open()
    {
        using var server = new Listener((_, _) => Task.CompletedTask);
        var closed = Listener.ClosedPort();
        var all = Enumerable.Range(1, 9).Select(host => new IPEndPoint(IPAddress.Parse($"127.0.0.{host}"), closed)).Append(Loopback(server.Port));
        Assert.Equal(Loopback(server.Port), await FindAsync([.. all]));
    }

    [Fact]
    public async Task Where_nobody_listens_none_is_found() => Assert.Null(await FindAsync(Loopback(Listener.ClosedPort())));

    [Fact]
    public async Task Nothing_to_ask_is_none_found() => Assert.Null(await FindAsync());

    [Fact]
    public async Task Addresses_that_no_server_may_have_are_not_asked() =>
        Assert.Null(await FindAsync(new IPEndPoint(IPAddress.Parse("169.254.169.254"), 80), new IPEndPoint(IPAddress.Any, 80), new IPEndPoint(IPAddress.Broadcast, 80)));

    [Fact]
    public async Task A_silent_port_holds_up_no_open_one()
    {
        using var silent = new BlackHole();
        using var server = new Listener((_, _) => Task.CompletedTask);
        var open = await new PortProbe(new FakeTimeProvider()).FirstOpenAsync([new IPEndPoint(IPAddress.Loopback, silent.Address.Port), Loopback(server.Port)], Cancel);
        Assert.Equal(Loopback(server.Port), open);
    }

    [Fact]
    public async Task No_more_than_four_are_asked_at_once_and_silent_ones_are_given_up_when_their_time_is_over()
    {
        var time = new FakeTimeProvider();
        var sources = Enumerable.Repeat(0, 5).Select(_ => new BlackHole()).ToList();
        try
        {
            var endpoints = sources.Select(source => Loopback(source.Address.Port)).ToList();
            var probing = new PortProbe(time).FirstOpenAsync(endpoints, Cancel);
            await Eventually.IsTrueAsync(() => sources.Take(4).All(source => source.Attempts == 1), "four attempts");
            Assert.Equal(0, sources[4].Attempts);
            time.Advance(TimeSpan.FromSeconds(2));
            await Eventually.IsTrueAsync(() => sources[4].Attempts == 1, "the fifth attempt");
            time.Advance(TimeSpan.FromSeconds(2));
            Assert.Null(await probing);
            Assert.All(sources, source => Assert.Equal(0, source.Attempts));
        }
        finally
        {
            sources.ForEach(source => source.Dispose());
        }
    }

    [Fact]
    public async Task Being_cancelled_is_no_finding()
    {
        using var silent = new BlackHole();
        using var cancel = new CancellationTokenSource();
        var probing = new PortProbe(new FakeTimeProvider()).FirstOpenAsync([Loopback(silent.Address.Port)], cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => probing);
    }

    private static IPEndPoint Loopback(int port) => new(IPAddress.Loopback, port);

    private static Task<IPEndPoint?> FindAsync(params IPEndPoint[] endpoints) => new PortProbe(TimeProvider.System).FirstOpenAsync(endpoints, Cancel);
}
