namespace SlaveAgent.Reconciling;

/// <summary>
/// For something that happens to this host and is worth a line in the log, and not a line each time: due at the first time, then once a minute with how often it was, until
/// a minute passes without.
/// </summary>
public sealed class RepeatedWarning(TimeProvider time)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private long? _since;
    private int _times;

    /// <summary>It happened.</summary>
    /// <returns>What is to be logged now; null: nothing.</returns>
    public WarningDue? Note()
    {
        var due = Poll();
        if (_since is not null)
        {
            _times++;
            return due;
        }

        _since = time.GetTimestamp();
        return new WarningDue(1, TimeSpan.Zero);
    }

    /// <summary>To be called now and then, so that the last count is logged although it does not happen again.</summary>
    /// <returns>What is to be logged now; null: nothing.</returns>
    public WarningDue? Poll()
    {
        if (_since is not { } since || time.GetElapsedTime(since) is var passed && passed < Minute)
        {
            return null;
        }

        var times = _times;
        _times = 0;
        _since = times > 0 ? time.GetTimestamp() : null;
        return times > 0 ? new WarningDue(times, passed) : null;
    }
}
