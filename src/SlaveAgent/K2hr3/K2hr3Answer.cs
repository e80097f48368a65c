namespace SlaveAgent.K2hr3;

/// <summary>
/// An answer of K2HR3, typed by its consequence. None of them is final: a failing store looks like a wrong token (401),
/// a missing resource (404) or a 500 (K2hr3/README.md, "Store in trouble").
/// </summary>
public abstract record K2hr3Answer
{
    private K2hr3Answer()
    {
    }

    /// <summary>201 or 204: the request was carried out.</summary>
    public sealed record Done : K2hr3Answer;

    /// <summary>A resource's text or a key's value, with the ETag for the next conditional request.</summary>
    public sealed record Text(string Value, string? ETag) : K2hr3Answer;

    /// <summary>304 to a conditional request.</summary>
    public sealed record NotModified : K2hr3Answer;

    /// <summary>The resource exists and has no such key.</summary>
    public sealed record NoSuchKey : K2hr3Answer;

    /// <summary>401, 403, 404, 400: the token, the role or the registration may be wrong, or K2HR3's store is failing.</summary>
    /// <param name="Status">HTTP status.</param>
    /// <param name="Reason">K2HR3's message on one line, without the token.</param>
    public sealed record Denied(int Status, string Reason) : K2hr3Answer
    {
        /// <summary>K2HR3 answered as for a resource that does not exist or may not be read; it does not distinguish them.</summary>
        public bool IsUnreadable { get; init; }
    }

    /// <summary>Unreachable, too slow, 5xx, or an invalid answer.</summary>
    /// <param name="Failure">Stable, for programs.</param>
    /// <param name="Reason">For a message.</param>
    /// <param name="RetryAfter">The delay requested by the service, if any.</param>
    public sealed record Unavailable(K2hr3Failure Failure, string Reason, TimeSpan? RetryAfter = null) : K2hr3Answer
    {
        /// <summary>It accepted the request and did not answer in time.</summary>
        public bool TimedOut => Failure is K2hr3Failure.Timeout;
    }
}
