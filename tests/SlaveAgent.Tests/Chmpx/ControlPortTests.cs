using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Chmpx;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

public sealed class ControlPortTests
{
    private static readonly byte[] Dump = Fixture.Bytes("chmpx/DUMP.txt");

    private static byte[] Changed(string what, string into) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Dump).Replace(what, into, StringComparison.Ordinal));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_is_read_and_only_DUMP_was_asked()
    {
        string? asked = null;
        using var chmpx = new Listener(async (socket, command) =>
        {
            asked = command;
            await socket.SendAsync(Dump, Cancel);
        });
        var view = await new ControlPort(TimeProvider.System).PollAsync(chmpx.Port, Cancel);
        Assert.Equal(3, view?.Servers.Length);
        Assert.Equal("DUMP\n", asked);
    }

    [Fact]
    public async Task An_answer_in_many_pieces_is_put_together()
    {
        using var chmpx = new Listener(async (socket, _) =>
        {
            socket.NoDelay = true;
            foreach (var piece in Dump.Chunk(97))
            {
                await socket.SendAsync(piece, Cancel);
                await Task.Yield();
            }
        });
        Assert.Equal(3, (await new ControlPort(TimeProvider.System).PollAsync(chmpx.Port, Cancel))?.Servers.Length);
    }

    [Fact]
    public async Task An_answer_larger_than_the_first_buffer_is_read_whole()
    {
        var entry = Encoding.UTF8.GetString(Dump);
        var from = entry.IndexOf("    [0] = {", entry.IndexOf("chmpx_servers", StringComparison.Ordinal), StringComparison.Ordinal);
        var to = entry.IndexOf("    [1] = {", from, StringComparison.Ordinal);
        var large = Encoding.UTF8.GetBytes(entry.Insert(from, string.Concat(Enumerable.Repeat(entry[from..to], 1000))));
        Assert.True(large.Length > 10 * 64 * 1024);
        using var chmpx = new Listener((socket, _) => socket.SendAsync(large, Cancel).AsTask());
        Assert.Equal(1003, (await new ControlPort(TimeProvider.System).PollAsync(chmpx.Port, Cancel))?.Servers.Length);
    }

    [Fact]
    public async Task An_answer_that_is_the_last_one_to_the_byte_gives_the_same_view_and_any_other_one_a_new_one()
    {
        var answers = new Queue<byte[]>([Dump, Dump, Dump[..5000], Dump, [.. Dump, (byte)'\n'], Changed("[UP]", "[DN]"), Dump]);
        using var chmpx = new Listener((socket, _) => socket.SendAsync(answers.Dequeue(), Cancel).AsTask());
        var port = new ControlPort(TimeProvider.System);
        var views = new List<RingView?>();
        for (var left = answers.Count; left > 0; left--)
        {
            views.Add(await port.PollAsync(chmpx.Port, Cancel));
        }

        Assert.Same(views[0], views[1]);
        Assert.Null(views[2]);
        Assert.All([views[0], views[3], views[4], views[6]], view => Assert.All(view!.Servers, server => Assert.True(server.IsUp)));
        Assert.Contains(views[5]!.Servers, server => !server.IsUp);
    }

    [Fact]
    public async Task A_silence_between_two_answers_is_no_view()
    {
        var port = new ControlPort(TimeProvider.System);
        using var chmpx = new Listener((socket, _) => socket.SendAsync(Dump, Cancel).AsTask());
        var before = await port.PollAsync(chmpx.Port, Cancel);
        Assert.Null(await port.PollAsync(Listener.ClosedPort(), Cancel));
        Assert.Same(before, await port.PollAsync(chmpx.Port, Cancel));
    }

    [Fact]
    public async Task Nobody_listening_is_no_view() => Assert.Null(await new ControlPort(TimeProvider.System).PollAsync(Listener.ClosedPort(), Cancel));

    [Fact]
    public async Task A_connection_that_is_closed_without_a_word_is_no_view()
    {
        using var chmpx = new Listener((_, _) => Task.CompletedTask);
        Assert.Null(await new ControlPort(TimeProvider.System).PollAsync(chmpx.Port, Cancel));
    }

    [Fact]
    public async Task A_connection_that_is_reset_in_the_middle_is_no_view()
    {
        using var chmpx = new Listener(async (socket, _) =>
        {
            await socket.SendAsync(Dump.AsMemory(0, 5000), Cancel);
            socket.LingerState = new LingerOption(true, 0);
        });
        Assert.Null(await new ControlPort(TimeProvider.System).PollAsync(chmpx.Port, Cancel));
    }

    [Fact]
    public async Task Nonsense_is_no_view()
    {
        using var chmpx = new Listener((socket, _) => socket.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray(), Cancel).AsTask());
        Assert.Null(await new ControlPort(TimeProvider.System).PollAsync(chmpx.Port, Cancel));
    }

    [Fact]
    public async Task A_silent_port_is_given_up_when_its_time_is_over()
    {
        var time = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        using var chmpx = new Listener(async (socket, _) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, Cancel);
        });
        var looking = new ControlPort(time).PollAsync(chmpx.Port, Cancel);
        await asked.Task.WaitAsync(Cancel);
        Assert.False(looking.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await looking);
    }

    [Fact]
    public async Task A_slow_answer_is_given_up_when_its_time_is_over_although_it_goes_on()
    {
        var time = new FakeTimeProvider();
        var looked = new CancellationTokenSource();
        using var chmpx = new Listener(async (socket, _) =>
        {
            for (var at = 0; !looked.IsCancellationRequested; at++)
            {
                await socket.SendAsync(Dump.AsMemory(at % Dump.Length, 1), Cancel);
                time.Advance(TimeSpan.FromMilliseconds(100));
                await Task.Delay(1, Cancel);
            }
        });
        Assert.Null(await new ControlPort(time).PollAsync(chmpx.Port, Cancel));
        await looked.CancelAsync();
    }

    [Fact]
    public async Task An_answer_that_pauses_for_longer_than_it_is_waited_for_in_place_is_still_put_together()
    {
        using var chmpx = new Listener(async (socket, _) =>
        {
            foreach (var piece in Dump.Chunk((Dump.Length / 3) + 1))
            {
                await socket.SendAsync(piece, Cancel);
                await Task.Delay(100, Cancel);
            }
        });
        Assert.Equal(3, (await new ControlPort(TimeProvider.System).PollAsync(chmpx.Port, Cancel))?.Servers.Length);
    }

    [Fact]
    public async Task An_answer_that_is_larger_than_any_rings_is_no_view_although_it_is_whole()
    {
        using var chmpx = new Listener((socket, _) => socket.SendAsync(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Dump).PadRight(5 * 1024 * 1024, '\n')), Cancel).AsTask());
        Assert.Null(await new ControlPort(new FakeTimeProvider()).PollAsync(chmpx.Port, Cancel));
    }

    [Fact]
    public async Task An_endless_answer_is_given_up_before_it_fills_the_memory()
    {
        var line = Encoding.UTF8.GetBytes(new string('a', 64 * 1024));
        long sent = 0;
        using var chmpx = new Listener(async (socket, _) =>
        {
            while (true)
            {
                sent += await socket.SendAsync(line, Cancel);
            }
        });
        Assert.Null(await new ControlPort(new FakeTimeProvider()).PollAsync(chmpx.Port, Cancel));
        Assert.InRange(Volatile.Read(ref sent), 1, 64 * 1024 * 1024);
    }

    [Fact]
    public async Task Being_cancelled_is_no_silence()
    {
        using var chmpx = new Listener((_, _) => Task.Delay(Timeout.Infinite, Cancel));
        using var cancel = new CancellationTokenSource();
        var looking = new ControlPort(new FakeTimeProvider()).PollAsync(chmpx.Port, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => looking.AsTask());
    }
}
