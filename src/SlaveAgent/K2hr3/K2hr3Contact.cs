namespace SlaveAgent.K2hr3;

/// <summary>When K2HR3 was asked, reached and answered, as the client itself records it: the source for back-off and for the status.</summary>
/// <param name="Address">Where it is asked, without path or query.</param>
public sealed record K2hr3Contact(string Address)
{
    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>When it last answered, whatever it said.</summary>
    public DateTimeOffset? AnsweredAt { get; init; }

    /// <summary>
    /// From the connection being there to the whole of the last answer: what K2HR3 itself took, without name resolution, connecting, and whatever this host
    /// did before and after. Zero before the first answer.
    /// </summary>
    public TimeSpan AnswerTime { get; init; }

    /// <summary>Why the last request had no answer, for a person; null where it had one.</summary>
    public string? Error { get; init; }
}
