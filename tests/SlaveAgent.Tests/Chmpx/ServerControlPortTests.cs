using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Chmpx;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Chmpx;

public sealed class ServerControlPortTests
{
    private static readonly byte[] Status = Fixture.Bytes("chmpx/ALLSTATUS.txt");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ServerCommand.AllStatus, "ALLSTATUS\n")]
    [InlineData(ServerCommand.UpdateStatus, "UPDATESTATUS\n")]
    public async Task Each_command_is_sent_alone_and_its_answer_read_to_the_end(ServerCommand command, string line)
    {
        var asked = new List<string>();
        using var server = new Listener(async (socket, text) =>
        {
            asked.Add(text);
            foreach (var piece in Status.Chunk(97))
            {
                await socket.SendAsync(piece, Cancel);
            }
        });
        var reply = await AskAsync(server.Port, command);
        Assert.Equal(Encoding.UTF8.GetString(Status), Assert.IsType<ServerReply.Answered>(reply).Text);
        Assert.Equal([line], asked);
    }

    [Fact]
    public void There_are_no_commands_but_the_two() => Assert.Equal(["AllStatus", "UpdateStatus"], Enum.GetNames<ServerCommand>());

    [Theory]
    [InlineData("169.254.169.254", EndpointRefusal.LinkLocal)]
    [InlineData("0.0.0.0", EndpointRefusal.Unspecified)]
    [InlineData("224.0.0.1", EndpointRefusal.Multicast)]
    [InlineData("255.255.255.255", EndpointRefusal.Broadcast)]
    public async Task An_address_that_no_server_may_have_is_not_called(string address, EndpointRefusal reason) => Assert.Equal(
        new ServerReply.Refused(reason),
        await new ServerControlPort(TimeProvider.System).AskAsync(new IPEndPoint(IPAddress.Parse(address), 80), ServerCommand.AllStatus, null, Cancel));

    [Fact]
    public async Task A_server_is_called_from_the_address_that_is_given()
    {
        EndPoint? caller = null;
        using var server = new Listener(async (socket, _) =>
        {
            caller = socket.RemoteEndPoint;
            await socket.SendAsync("SUCCEED\n"u8.ToArray(), Cancel);
        });
        Assert.IsType<ServerReply.Answered>(await AskAsync(server.Port, ServerCommand.UpdateStatus, IPAddress.Parse("127.1.2.3")));
        Assert.Equal("127.1.2.3", Assert.IsType<IPEndPoint>(caller).Address.ToString());
    }

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("::1")]
    public async Task An_address_to_call_from_that_is_not_this_hosts_or_of_the_other_family_is_said(string source)
    {
        var calls = 0;
        using var server = new Listener((_, _) =>
        {
            calls++;
            return Task.CompletedTask;
        });
        var failed = Assert.IsType<ServerReply.Failed>(await AskAsync(server.Port, ServerCommand.AllStatus, IPAddress.Parse(source)));
        Assert.Equal(ServerFailure.SourceUnusable, failed.Reason);
        Assert.Contains(source, failed.Message, StringComparison.Ordinal);
        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task Nobody_listening_is_no_connection()
    {
        var port = Listener.ClosedPort();
        var failed = Assert.IsType<ServerReply.Failed>(await AskAsync(port, ServerCommand.AllStatus));
        Assert.Equal(ServerFailure.NotConnected, failed.Reason);
        Assert.Contains($"127.0.0.1:{port}", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_is_closed_without_an_answer_is_none()
    {
        using var server = new Listener((_, _) => Task.CompletedTask);
        Assert.Equal(ServerFailure.NoAnswer, Assert.IsType<ServerReply.Failed>(await AskAsync(server.Port, ServerCommand.AllStatus)).Reason);
    }

    [Fact]
    public async Task A_connection_that_is_reset_in_the_middle_is_no_answer()
    {
        using var server = new Listener(async (socket, _) =>
        {
            await socket.SendAsync(Status.AsMemory(0, 500), Cancel);
            socket.LingerState = new LingerOption(true, 0);
        });
        Assert.Equal(ServerFailure.NoAnswer, Assert.IsType<ServerReply.Failed>(await AskAsync(server.Port, ServerCommand.AllStatus)).Reason);
    }

    [Fact]
    public async Task A_silent_server_is_given_up_when_its_time_is_over()
    {
        var time = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        using var server = new Listener(async (_, _) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, Cancel);
        });
        var asking = new ServerControlPort(time).AskAsync(new IPEndPoint(IPAddress.Loopback, server.Port), ServerCommand.AllStatus, null, Cancel);
        await asked.Task.WaitAsync(Cancel);
        Assert.False(asking.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(ServerFailure.TimedOut, Assert.IsType<ServerReply.Failed>(await asking).Reason);
    }

    [Fact]
    public async Task A_server_that_takes_no_connection_is_given_up_when_its_time_is_over()
    {
        var time = new FakeTimeProvider();
        using var server = new BlackHole();
        var asking = new ServerControlPort(time).AskAsync(new IPEndPoint(IPAddress.Loopback, server.Address.Port), ServerCommand.AllStatus, null, Cancel);
        Assert.False(asking.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(ServerFailure.TimedOut, Assert.IsType<ServerReply.Failed>(await asking).Reason);
    }

    [Fact]
    public async Task An_endless_answer_is_given_up_before_it_fills_the_memory()
    {
        var line = new byte[64 * 1024];
        long sent = 0;
        using var server = new Listener(async (socket, _) =>
        {
            while (true)
            {
                sent += await socket.SendAsync(line, Cancel);
            }
        });
        var reply = await new ServerControlPort(new FakeTimeProvider()).AskAsync(new IPEndPoint(IPAddress.Loopback, server.Port), ServerCommand.AllStatus, null, Cancel);
        Assert.Equal(ServerFailure.TooLarge, Assert.IsType<ServerReply.Failed>(reply).Reason);
        Assert.InRange(Volatile.Read(ref sent), 1, 64 * 1024 * 1024);
    }

    [Fact]
    public async Task Being_cancelled_is_no_failure()
    {
        using var server = new Listener((_, _) => Task.Delay(Timeout.Infinite, Cancel));
        using var cancel = new CancellationTokenSource();
        var asking = new ServerControlPort(new FakeTimeProvider()).AskAsync(new IPEndPoint(IPAddress.Loopback, server.Port), ServerCommand.AllStatus, null, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    private static Task<ServerReply> AskAsync(int port, ServerCommand command, IPAddress? source = null) =>
        new ServerControlPort(TimeProvider.System).AskAsync(new IPEndPoint(IPAddress.Loopback, port), command, source, Cancel);
}
