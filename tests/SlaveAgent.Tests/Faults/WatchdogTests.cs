using System.Net.Sockets;
using System.Text;

namespace SlaveAgent.Tests.Faults;

/// <summary>systemd kills a daemon that is silent for WatchdogSec=: how often the agent reports that it is alive.</summary>
public sealed class WatchdogTests
{
    /// <summary>Thirty times what the notifications below take; a daemon that sends one only every 80 s does not get that far.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task The_watchdog_is_notified_again_and_again_within_its_limit()
    {
        await using var host = await FaultHost.BootstrappedAsync(servers: 1);
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var path = host.At("/notify");
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        await using var daemon = host.Start("env", $"NOTIFY_SOCKET={path}", "WATCHDOG_USEC=2000000", FaultHost.Program, "run", "--root", host.Root);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        var buffer = new byte[4096];
        for (var notified = 0; notified < 8;)
        {
            var message = Encoding.UTF8.GetString(buffer, 0, await systemd.ReceiveAsync(buffer, deadline.Token));
            notified += message.Split('\n').Count(line => line == "WATCHDOG=1");
        }
    }
}
