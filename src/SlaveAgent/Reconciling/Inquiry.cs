namespace SlaveAgent.Reconciling;

/// <summary>A question that runs beside the loop, one at a time; its answer is taken by whoever polls for it.</summary>
/// <typeparam name="T">The answer.</typeparam>
public sealed class Inquiry<T>
{
    private Task<T>? _running;

    public bool IsRunning => _running is { IsCompleted: false };

    /// <summary>An answer is under way, or was not taken yet.</summary>
    public bool IsPending => _running is not null;

    /// <summary>Begins to ask, unless a question is under way or its answer was not taken yet.</summary>
    public void Start(Func<Task<T>> ask) => _running ??= AskAsync(ask);

    // What fails before its first await is a failed question as well.
    private static async Task<T> AskAsync(Func<Task<T>> ask) => await ask();

    /// <summary>The answer, once; a question that failed has none.</summary>
    /// <returns>Whether a question has ended since the last call.</returns>
    public bool TryTake(out T? answer)
    {
        answer = default;
        if (_running is not { IsCompleted: true } ended)
        {
            return false;
        }

        _running = null;
        if (ended.IsCompletedSuccessfully)
        {
            answer = ended.Result;
        }

        return true;
    }
}
