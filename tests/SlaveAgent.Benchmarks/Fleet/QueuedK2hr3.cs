namespace SlaveAgent.Benchmarks.Fleet;

/// <summary>
/// One K2HR3 as a queue: a request is 45 ms of work, a few are worked on at a time, the others wait, also those whose caller has given up meanwhile (the figures:
/// K2hr3/README.md, "Cost and caching").
/// </summary>
internal sealed class QueuedK2hr3(VirtualTime time, int atATime)
{
    public static readonly TimeSpan WorkTime = TimeSpan.FromMilliseconds(45);

    private readonly Queue<Request> _queue = new();
    private int _busy;

    /// <summary>Nobody can connect.</summary>
    public bool IsAway { get; private set; }

    /// <summary>Requests that are worked on at a time.</summary>
    public int AtATime { get; set; } = atATime;

    /// <summary>Answers to callers that had given up: work for nothing.</summary>
    public int Late { get; private set; }

    /// <summary>The longest queue since this was last set.</summary>
    public int LongestQueue { get; set; }

    public void Leave()
    {
        IsAway = true;
        while (_queue.TryDequeue(out var request))
        {
            request.End(Answering.Refused);
        }
    }

    public void Return() => IsAway = false;

    public void Send(TimeSpan timeout, Action<Answering> ended)
    {
        if (IsAway)
        {
            time.After(TimeSpan.FromMilliseconds(1), () => ended(Answering.Refused));
            return;
        }

        var request = new Request(ended);
        time.After(timeout, () => request.End(Answering.TimedOut));
        _queue.Enqueue(request);
        Work();
        LongestQueue = Math.Max(LongestQueue, _queue.Count);
    }

    private void Work()
    {
        while (_busy < AtATime && _queue.TryDequeue(out var request))
        {
            _busy++;
            time.After(WorkTime, () =>
            {
                _busy--;
                if (!request.End(IsAway ? Answering.Refused : Answering.Answered))
                {
                    Late++;
                }

                Work();
            });
        }
    }

    private sealed class Request(Action<Answering> ended)
    {
        private Action<Answering>? _ended = ended;

        /// <returns>Whether the caller still waited.</returns>
        public bool End(Answering how)
        {
            var waiting = _ended;
            _ended = null;
            waiting?.Invoke(how);
            return waiting is not null;
        }
    }
}
