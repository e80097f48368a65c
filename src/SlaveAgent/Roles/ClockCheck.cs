using Serilog;

namespace SlaveAgent.Roles;

/// <summary>
/// Compares this host's clock with K2HR3's. chmpx stamps what it receives from servers with its own clock and takes nothing older: a slave whose clock is ahead
/// ignores what the servers say of themselves, and after a lost network it connects to none of them.
/// </summary>
public sealed class ClockCheck(ILogger log)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(10);

    private bool _isOff;

    /// <summary>Says it once when the clocks begin to differ, and once when they agree again.</summary>
    /// <param name="difference">K2HR3's clock less this host's; null while it is not known.</param>
    public void Note(TimeSpan? difference)
    {
        if (difference is not { } known || IsOff(known) == _isOff)
        {
            return;
        }

        _isOff = !_isOff;
        if (_isOff)
        {
            log.Warning(
                "This host's clock is {Seconds:0} s {Direction} K2HR3's: chmpx connects to no server again after a lost network while it is ahead of the servers'; check the time service",
                known.Duration().TotalSeconds, known < TimeSpan.Zero ? "ahead of" : "behind");
        }
        else
        {
            log.Information("This host's clock agrees with K2HR3's again");
        }
    }

    public static bool IsOff(TimeSpan difference) => difference.Duration() > Tolerance;
}
