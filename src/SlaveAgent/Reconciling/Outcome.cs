namespace SlaveAgent.Reconciling;

/// <summary>What a controller observed and did.</summary>
/// <param name="Message">For people: what is, or happened, as part of a sentence, and never with a secret in it. No program goes by it.</param>
public abstract record Outcome(string Message)
{
    /// <summary>Controllers that have to run now because of what this one observed.</summary>
    public ControllerKinds Triggers { get; init; }

    /// <summary>What the trigger is based on, as a code or as the data itself, never as a message: while it stays the same, following it again can wait longer.</summary>
    public string? TriggerReason { get; init; }

    /// <summary>All hosts of the ring have this reason in the same second: over so long they spread following it for the first time.</summary>
    public TimeSpan TriggerSpread { get; init; }

    private readonly string? _reason;

    /// <summary>One of <see cref="Reasons"/>, for programs.</summary>
    public string Reason
    {
        get => _reason ?? DefaultReason;
        init => _reason = value;
    }

    /// <summary>How long K2HR3 took to answer once it had the request, by the client's own record; zero where it was not asked.</summary>
    public TimeSpan AnswerTime { get; init; }

    /// <summary>It is based on what K2HR3 has not said for long enough: good to go on with, not to leave the host with.</summary>
    public bool IsUnconfirmed { get; init; }

    /// <summary>When a settled controller is to run again although nothing is open, sooner than its interval; null: at its interval.</summary>
    public TimeSpan? RecheckAfter { get; init; }

    /// <summary>Everything is as it should be.</summary>
    public sealed record Unchanged(string Message) : Outcome(Message);

    /// <summary>It was not, and now is.</summary>
    public sealed record Changed(string Message) : Outcome(Message);

    /// <summary>The role, or a setting, leaves nothing to do here.</summary>
    public sealed record NothingToDo(string Message) : Outcome(Message);

    /// <summary>Nothing is wrong, but somebody else has to act or some time to pass first.</summary>
    /// <param name="Again">When to run again; null: as after a failure.</param>
    public sealed record Waiting(string Message, TimeSpan? Again = null) : Outcome(Message);

    /// <param name="RetryAfter">Least delay that the other side asked for.</param>
    public sealed record Failed(string Message, Consequence Consequence = Consequence.TryAgain, TimeSpan? RetryAfter = null) : Outcome(Message)
    {
        /// <summary>The other side took the request and did not answer in time: it has too much to do, and a next try would add to it.</summary>
        public bool TimedOut { get; init; }
    }

    private string DefaultReason => this switch
    {
        Unchanged => Reasons.AsDesired,
        Changed => Reasons.Changed,
        NothingToDo => Reasons.NotApplicable,
        Waiting => Reasons.Waiting,
        _ => Reasons.Failed,
    };

    /// <summary>Nothing more is to be done for now.</summary>
    public bool IsSettled => this is Unchanged or Changed or NothingToDo;
}
