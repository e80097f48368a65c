namespace SlaveAgent.K2hr3;

/// <summary>
/// A thread that sends a request and waits for the headers of the answer. .NET's asynchronous implementation passes a request back and forth between its socket
/// thread and a pool thread, and waking a thread on an idle core costs more than its work (tests/SlaveAgent.Benchmarks/README.md, "Figures").
/// </summary>
internal sealed class RequestThread : IDisposable
{
    private readonly object _gate = new();
    private Task<HttpResponseMessage>? _next;
    private bool _isBusy;
    private bool _hasStarted;
    private bool _hasEnded;

    /// <returns>
    /// The result of <paramref name="send"/>; null when the thread is busy with another request. Continuations run on this thread unless the synchronization context differs.
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
            _next = new Task<HttpResponseMessage>(() => SendAndRelease(send));
            Monitor.Pulse(_gate);
            StartOnce();
            return _next;
        }
    }

    /// <summary>A request under way is still answered.</summary>
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

    // The continuation of this request may send the next one, on this thread.
    private HttpResponseMessage SendAndRelease(Func<HttpResponseMessage> send)
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
