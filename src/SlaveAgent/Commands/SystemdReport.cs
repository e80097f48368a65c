using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting.Systemd;
using Serilog;

namespace SlaveAgent.Commands;

/// <summary>What systemd is told while the daemon runs: where it stands, and that it lives.</summary>
/// <param name="systemd">Null where the daemon was not started by systemd.</param>
/// <param name="watchdog">systemd's <c>WATCHDOG_USEC</c>.</param>
internal sealed class SystemdReport(ISystemdNotifier? systemd, string? watchdog, ILogger log)
{
    private readonly TimeSpan? _patience = PatienceOf(watchdog);
    private string? _told;
    private long? _fed;

    /// <summary>To be called at least once in a quarter of the watchdog's time.</summary>
    public void Tell(string words, TimeProvider time)
    {
        if (systemd is not { IsEnabled: true })
        {
            return;
        }

        try
        {
            if (words != _told)
            {
                systemd.Notify(new ServiceState($"STATUS={words.ReplaceLineEndings(" ")}"));
                _told = words;
            }

            if (_patience is { } patience && (_fed is not { } fed || time.GetElapsedTime(fed) >= patience / 4))
            {
                systemd.Notify(new ServiceState("WATCHDOG=1"));
                _fed = time.GetTimestamp();
            }
        }
        catch (SocketException e)
        {
            // systemd is being restarted, or its socket is full; it is told again in a second.
            log.Debug("systemd could not be told: {Why}", e.Message);
        }
    }

    /// <summary>systemd tells in microseconds how long it waits for a sign of life (sd_watchdog_enabled(3)).</summary>
    private static TimeSpan? PatienceOf(string? microseconds) =>
        long.TryParse(microseconds, CultureInfo.InvariantCulture, out var time) && time > 0 ? TimeSpan.FromMicroseconds(time) : null;
}
