using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Chmpx;
using SlaveAgent.Status;

namespace SlaveAgent.Tests.Chmpx;

public sealed class EndpointResolverTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Addresses_are_taken_as_they_are_and_names_are_looked_up_in_their_order()
    {
        var asked = new List<string>();
        var resolver = new EndpointResolver(
            (name, _) =>
            {
                asked.Add(name);
                return Task.FromResult(new[] { IPAddress.Parse("10.0.0.2"), IPAddress.Parse("2001:db8::2") });
            },
            TimeProvider.System);
        var found = await resolver.ResolveAsync([new("10.0.0.1", 1), new("svr2", 2), new("10.0.0.1", 1)], Cancel);
        Assert.Equal(["10.0.0.1:1", "10.0.0.2:2", "[2001:db8::2]:2"], found.Select(endpoint => endpoint.ToString()));
        Assert.Equal(["svr2"], asked);
    }

    [Fact]
    public async Task A_name_that_leads_to_an_address_that_no_server_may_have_leads_nowhere()
    {
        var resolver = new EndpointResolver((_, _) => Task.FromResult(new[] { IPAddress.Parse("169.254.169.254"), IPAddress.Parse("10.0.0.2") }), TimeProvider.System);
        Assert.Equal(["10.0.0.2:80"], (await resolver.ResolveAsync([new("svr1", 80), new("169.254.169.254", 80)], Cancel)).Select(endpoint => endpoint.ToString()));
    }

    [Fact]
    public async Task A_name_that_is_not_known_leaves_the_others()
    {
        var resolver = new EndpointResolver(
            (name, _) => name == "gone" ? Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound)) : Task.FromResult(new[] { IPAddress.Loopback }),
            TimeProvider.System);
        Assert.Equal(["127.0.0.1:2"], (await resolver.ResolveAsync([new("gone", 1), new("svr2", 2)], Cancel)).Select(endpoint => endpoint.ToString()));
    }

    [Fact]
    public async Task A_name_that_nobody_answers_for_is_given_up_when_the_time_is_over_and_leaves_the_others()
    {
        var time = new FakeTimeProvider();
        var resolver = new EndpointResolver((_, _) => new TaskCompletionSource<IPAddress[]>().Task, time);
        var resolving = resolver.ResolveAsync([new("svr1", 1), new("10.0.0.2", 2)], Cancel);
        Assert.False(resolving.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(["10.0.0.2:2"], (await resolving).Select(endpoint => endpoint.ToString()));
    }

    [Fact]
    public async Task Being_cancelled_is_no_answer()
    {
        using var cancel = new CancellationTokenSource();
        var resolving = new EndpointResolver((_, _) => new TaskCompletionSource<IPAddress[]>().Task, new FakeTimeProvider()).ResolveAsync([new("svr1", 1)], cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => resolving);
    }
}
