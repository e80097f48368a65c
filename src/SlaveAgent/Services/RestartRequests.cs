namespace SlaveAgent.Services;

/// <summary>
/// Tells the controller that observes chmpx of the restarts that another one requests: chmpx's end is then the agent's own doing. A request that is lost with the
/// process costs one warning too many.
/// </summary>
public sealed class RestartRequests
{
    private bool _isRequested;

    /// <summary>Before a restart is requested.</summary>
    public void NoteRequest() => _isRequested = true;

    /// <returns>Whether one was requested since this was last asked.</returns>
    public bool TakeRequest()
    {
        var requested = _isRequested;
        _isRequested = false;
        return requested;
    }
}
