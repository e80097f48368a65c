namespace SlaveAgent.Chmpx;

/// <summary>Whether UPDATESTATUS may be sent to a server now.</summary>
/// <param name="Next">What is to be kept for the next time: written down before anything is sent.</param>
public abstract record UpdateStatusVerdict(UpdateStatusReason Reason, UpdateStatusHistory Next)
{
    /// <summary>Once, now; <see cref="UpdateStatusVerdict.Next"/> counts it already.</summary>
    public sealed record Allowed(UpdateStatusHistory Next) : UpdateStatusVerdict(UpdateStatusReason.ConditionsMet, Next);

    /// <summary>Not until something changes.</summary>
    public sealed record NotAllowed(UpdateStatusReason Reason, UpdateStatusHistory Next) : UpdateStatusVerdict(Reason, Next);

    /// <summary>To be judged again then; for <see cref="UpdateStatusReason.NeedsReport"/> that is now, with the report.</summary>
    public sealed record WaitUntil(DateTimeOffset Time, UpdateStatusReason Reason, UpdateStatusHistory Next) : UpdateStatusVerdict(Reason, Next);
}
