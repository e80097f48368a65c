namespace SlaveAgent.Diagnosing;

/// <summary>One or several questions that are answered together. It changes nothing, on this host or elsewhere, but for <see cref="KeyCheck"/>.</summary>
internal interface ICheck
{
    /// <summary>The first of the names that its results have.</summary>
    string Name { get; }

    CheckGroup Group { get; }

    /// <exception cref="IOException">Something could not be read.</exception>
    /// <exception cref="UnauthorizedAccessException">Something may not be read.</exception>
    Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel);
}
