namespace SlaveAgent.K2hr3;

/// <summary>
/// A thread that sends a request and waits for the head of its answer by itself. .NET's asynchronous way hands a request back and forth between its socket
/// thread and one of the pool, and to wake a thread on a core that sleeps costs more than what it then does (tests/SlaveAgent.Benchmarks/README.md, "Figures").
/// </summary>
internal sealed class RequestThread : IDisposable
{
    private readonly object _gate = new();
    private Task<HttpResponseMessage>? _next;
    private bool _isBusy;
    private bool _hasStarted;
    private bool _hasEnded;

    /// <returns>
    /// What <paramref name="send"/> gives; null when the thread is at another request. Who awaits it goes on upon this thread, unless his context says where.
    /// </returns>
    public Task<HttpResponseMessage>? TrySend(Func<HttpResponseMessage> send)
    {
        lock (_gate)
        {
            if (_isBusy || _hasEnded)
            {
                return null;
            }

            _isBusy = true;
            _next = new Task<HttpResponseMessage>(() => SendThenRest(send));
            Monitor.Pulse(_gate);
            StartOnce();
            return _next;
        }
    }

    /// <summary>What is under way is still answered.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _hasEnded = true;
            Monitor.Pulse(_gate);
        }
    }

    private void StartOnce()
    {
        if (!_hasStarted)
        {
            _hasStarted = true;
            new Thread(Work) { IsBackground = true, Name = "K2HR3" }.Start();
        }
    }

    private void Work()
    {
        while (TakeNext() is { } next)
        {
            next.RunSynchronously(TaskScheduler.Default);
        }
    }

    private Task<HttpResponseMessage>? TakeNext()
    {
        lock (_gate)
        {
            while (_next is null && !_hasEnded)
            {
                Monitor.Wait(_gate);
            }

            var next = _next;
            _next = null;
            return next;
        }
    }

    // The next request may be asked for by whoever hears this one's answer, on this thread.
    private HttpResponseMessage SendThenRest(Func<HttpResponseMessage> send)
    {
        try
        {
            return send();
        }
        finally
        {
            lock (_gate)
            {
                _isBusy = false;
            }
        }
    }
}
