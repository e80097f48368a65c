using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting.Systemd;
using Serilog;
using SlaveAgent.Files;

namespace SlaveAgent.Daemon;

/// <summary>Notifies systemd while the daemon runs: of its status in one line, and that it is alive. Where there is no systemd a file says the latter.</summary>
/// <param name="systemd">Null where the daemon was not started by systemd.</param>
/// <param name="watchdog">systemd's <c>WATCHDOG_USEC</c>.</param>
internal sealed class SystemdReport(ISystemdNotifier? systemd, string? watchdog, HostRoot root, ILogger log)
{
    private readonly Heartbeat _heartbeat = new(root);
    private readonly TimeSpan? _limit = LimitOf(watchdog);
    private string? _sent;
    private long? _notifiedAt;
    private bool _isHeartbeatLost;

    /// <summary>How often <see cref="Notify"/> is to be called at the least: a quarter of the watchdog's time, of which half is over when one call came a moment too early.</summary>
    public TimeSpan Interval => _limit / 4 ?? TimeSpan.MaxValue;

    /// <summary>Tells systemd what it does not know yet, and at each <see cref="Interval"/> that the daemon is alive.</summary>
    public void Notify(string message, TimeProvider time)
    {
        if (systemd is not { IsEnabled: true })
        {
            WriteHeartbeat(time);
            return;
        }

        try
        {
            if (message != _sent)
            {
                systemd.Notify(new ServiceState($"STATUS={Printable.OnOneLine(message.ReplaceLineEndings(" "))}"));
                _sent = message;
            }

            if (_limit is not null && (_notifiedAt is not { } at || time.GetElapsedTime(at) >= Interval))
            {
                systemd.Notify(new ServiceState("WATCHDOG=1"));
                _notifiedAt = time.GetTimestamp();
            }
        }
        catch (SocketException e)
        {
            // systemd is being restarted, or its socket is full; it is notified again at the next call.
            log.Debug("systemd could not be notified: {Why}", e.Message);
        }
    }

    private void WriteHeartbeat(TimeProvider time)
    {
        try
        {
            _heartbeat.Write(time);
            _isHeartbeatLost = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_isHeartbeatLost)
            {
                log.Warning("{Path} could not be written, so that status --alive cannot tell whether the agent's loop goes on: {Why}", root.Agent.Heartbeat, e.Message);
            }

            _isHeartbeatLost = true;
        }
    }

    /// <summary>systemd tells in microseconds how long it waits for a notification (sd_watchdog_enabled(3)).</summary>
    private static TimeSpan? LimitOf(string? microseconds) =>
        long.TryParse(microseconds, CultureInfo.InvariantCulture, out var time) && time > 0 ? TimeSpan.FromMicroseconds(time) : null;
}
