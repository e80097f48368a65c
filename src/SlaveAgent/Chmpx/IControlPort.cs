namespace SlaveAgent.Chmpx;

/// <summary>The local chmpx, as its control port shows it. A seam, because in a simulation there is no chmpx.</summary>
public interface IControlPort
{
    /// <param name="port">On 127.0.0.1.</param>
    /// <returns>What chmpx says of the ring; null when it does not answer, or not in time, or with something else. The same object as before while nothing changed.</returns>
    ValueTask<RingView?> PollAsync(int port, CancellationToken cancel);
}
