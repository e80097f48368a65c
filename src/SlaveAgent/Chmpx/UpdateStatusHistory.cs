namespace SlaveAgent.Chmpx;

/// <summary>What is remembered about one server, also over restarts of the agent and of the host.</summary>
/// <param name="Sent">How often UPDATESTATUS was sent to it since all servers were last connected.</param>
/// <param name="LastSent">When it was last sent.</param>
/// <param name="SecondLookAt">When the conditions, which held once, are to be looked at again.</param>
/// <param name="AskAgainAt">Until then its state is known to forbid sending, and nobody is asked.</param>
/// <param name="AskAgainFor">Why.</param>
public sealed record UpdateStatusHistory(
    int Sent = 0,
    DateTimeOffset? LastSent = null,
    DateTimeOffset? SecondLookAt = null,
    DateTimeOffset? AskAgainAt = null,
    UpdateStatusReason AskAgainFor = UpdateStatusReason.NeedsReport)
{
    public static UpdateStatusHistory Empty { get; } = new();

    /// <summary>All servers are connected: what comes later is another case, but the pause after the last sending remains.</summary>
    public UpdateStatusHistory WhenComplete() => Empty with { LastSent = LastSent };
}
