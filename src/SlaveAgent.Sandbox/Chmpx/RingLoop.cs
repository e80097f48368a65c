using System.Threading.Channels;
using SlaveAgent.Sandbox.Cluster;

namespace SlaveAgent.Sandbox.Chmpx;

/// <summary>
/// The part of chmpx's event loop that deals with servers (chmcntrl.cc: EventLoop; chmeventsock.cc: InitialAllServerStatus,
/// ConnectServers). It searches for servers by itself only while none is up. A server that it could not connect to is marked down with this
/// node's clock and not tried again until a status of that server arrives that is not older.
/// </summary>
/// <param name="traffic">How often the programs on this host send each server a message; null: never.</param>
internal sealed class RingLoop(SlaveState state, TimeSpan? traffic, TextWriter log)
{
    // The wait for events, after which chmpx checks whether any server is up.
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(100);

    private readonly Channel<(ServerView Server, ServerLink Link, RingUpdate? News)> _events = Channel.CreateUnbounded<(ServerView, ServerLink, RingUpdate?)>();
    private readonly List<Task> _exchanging = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FindAsync(cancellationToken);
            while (!cancellationToken.IsCancellationRequested)
            {
                await StepAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
        lock (state.Gate)
        {
            state.Servers.ForEach(server => server.Link?.Dispose());
        }
        await Task.WhenAll(_exchanging);
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        idle.CancelAfter(Idle);
        try
        {
            var (server, link, update) = await _events.Reader.ReadAsync(idle.Token);
            await HandleAsync(server, link, update, cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            bool isAnyUp;
            lock (state.Gate)
            {
                isAnyUp = state.IsAnyUp;
            }
            if (!isAnyUp)
            {
                await FindAsync(cancellationToken);
            }
        }
    }

    private async Task HandleAsync(ServerView server, ServerLink link, RingUpdate? update, CancellationToken cancellationToken)
    {
        if (update is not null)
        {
            lock (state.Gate)
            {
                state.Take(update);
            }
            await ConnectAsync(cancellationToken);
            return;
        }
        link.Dispose();
        lock (state.Gate)
        {
            if (server.Link == link)
            {
                state.Down(server);
                log.WriteLine($"{server.Node.Name} closed the connection: it is down");
            }
        }
    }

    // The first listed server that admits this node reports the members of the ring.
    private async Task FindAsync(CancellationToken cancellationToken)
    {
        foreach (var server in Copy())
        {
            using var link = await ServerLink.TryConnectAsync(server.Node, Hello(joins: false), cancellationToken);
            if (link is null)
            {
                continue;
            }
            bool isAnyUp;
            lock (state.Gate)
            {
                state.TakeWhole(link.FirstUpdate);
                isAnyUp = state.IsAnyUp;
            }
            if (isAnyUp)
            {
                await ConnectAsync(cancellationToken);
            }
            return;
        }
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        var needsReload = false;
        foreach (var server in Copy())
        {
            if (!server.IsUp)
            {
                needsReload |= server.IsOutAndDown;
                continue;
            }
            if (server.Link is not null)
            {
                continue;
            }
            var link = await ServerLink.TryConnectAsync(server.Node, Hello(joins: true), cancellationToken);
            lock (state.Gate)
            {
                if (link is null)
                {
                    state.Down(server);
                    log.WriteLine($"could not connect to {server.Node.Name}: it is down from now on");
                    continue;
                }
                server.Link = link;
                log.WriteLine($"connected to {server.Node.Name}");
            }
            _exchanging.RemoveAll(task => task.IsCompleted);
            _exchanging.Add(ReadAsync(server, link, cancellationToken));
            if (traffic is { } apart)
            {
                _exchanging.Add(SendAsync(link, apart, cancellationToken));
            }
        }
        if (needsReload)
        {
            lock (state.Gate)
            {
                state.Reload();
            }
        }
    }

    private async Task ReadAsync(ServerView server, ServerLink link, CancellationToken cancellationToken)
    {
        try
        {
            RingUpdate? update;
            do
            {
                update = await link.ReadAsync(cancellationToken);
                _events.Writer.TryWrite((server, link, update));
            }
            while (update is not null);
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    // Until the connection ends. What a message says does not matter to anybody.
    private async Task SendAsync(ServerLink link, TimeSpan apart, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(apart);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken) && await link.SendAsync(Hello(joins: true), cancellationToken))
            {
            }
        }
        catch (OperationCanceledException)
        {
            // The process ends.
        }
    }

    private List<ServerView> Copy()
    {
        lock (state.Gate)
        {
            return [.. state.Servers];
        }
    }

    private RingHello Hello(bool joins) => new(state.Active.Group, state.Self.Name, state.Self.Seed, state.Active.SelfCuk, state.Self.ControlPort, joins);
}
