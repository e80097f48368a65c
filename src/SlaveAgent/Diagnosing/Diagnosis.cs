namespace SlaveAgent.Diagnosing;

/// <summary>Runs checks at the same time, each with a deadline: what hangs is named, and holds up nothing else.</summary>
/// <param name="deadline">For each check.</param>
internal sealed class Diagnosis(IReadOnlyList<ICheck> checks, TimeSpan deadline, TimeProvider time)
{
    /// <summary>What is usual: the longest have to wait for an address that does not answer and then for a server.</summary>
    internal static readonly TimeSpan Deadline = TimeSpan.FromSeconds(15);

    /// <exception cref="OperationCanceledException"><paramref name="cancel"/> was.</exception>
    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel)
    {
        var results = await Task.WhenAll(checks.Select(check => RunAsync(check, cancel)));
        return [.. results.SelectMany(found => found).OrderBy(result => result.Group)];
    }

    private async Task<IEnumerable<CheckResult>> RunAsync(ICheck check, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(deadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancel);
        IReadOnlyList<CheckResult> results;
        try
        {
            // On a thread of its own, and not waited for beyond the deadline: a file system or a resolver that hangs cannot be cancelled.
            var running = Task.Run(() => check.RunAsync(either.Token), either.Token);
            results = await running.WaitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            results = [CheckResult.Unknown(check.Name, $"it was not found out within {deadline.TotalSeconds:0} s") with { Reason = "Deadline" }];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            results = [CheckResult.Unknown(check.Name, e.Message) with { Reason = "Unreadable" }];
        }

        return results.Select(result => result with { Group = check.Group });
    }
}
