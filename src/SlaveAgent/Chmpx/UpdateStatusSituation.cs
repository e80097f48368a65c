namespace SlaveAgent.Chmpx;

/// <summary>What <see cref="UpdateStatusRule"/> goes by.</summary>
/// <param name="Server">The server that is not connected, as this host's chmpx shows it; null when it does not.</param>
/// <param name="Reporter">Another server, whose answer <paramref name="Report"/> is, as this host's chmpx shows it; null when none is connected.</param>
/// <param name="Report">The reporter's answer to ALLSTATUS; null while it has not been asked.</param>
/// <param name="ReportedAt">When the report was taken, by this host's clock.</param>
/// <param name="ClockDifference">Of K2HR3's clock and this host's; null when not known.</param>
/// <param name="IsSwitchedOn">The setting.</param>
/// <param name="History">What the last verdict gave, or <see cref="UpdateStatusHistory.Empty"/>.</param>
/// <param name="Now">By this host's clock.</param>
/// <param name="Random">From 0 up to, not including, 1.</param>
public sealed record UpdateStatusSituation(
    RingServer? Server,
    RingServer? Reporter,
    RingStatusReport? Report,
    DateTimeOffset? ReportedAt,
    TimeSpan? ClockDifference,
    bool IsSwitchedOn,
    UpdateStatusHistory History,
    DateTimeOffset Now,
    double Random);
