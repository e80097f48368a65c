namespace SlaveAgent.K2hr3;

/// <summary>
/// What K2HR3 said, typed by its consequence. Nothing here is final: a store in trouble looks like a wrong token (401),
/// like a resource that is not there (404) or like 500 (K2hr3/README.md, "Store in trouble").
/// </summary>
public abstract record K2hr3Answer
{
    private K2hr3Answer()
    {
    }

    /// <summary>201 or 204: it is as asked.</summary>
    public sealed record Done : K2hr3Answer;

    /// <summary>A resource's text or a key's value, with the ETag to ask again by.</summary>
    public sealed record Text(string Value, string? ETag) : K2hr3Answer;

    /// <summary>304 to a conditional request.</summary>
    public sealed record NotModified : K2hr3Answer;

    /// <summary>The resource is there and has no such key.</summary>
    public sealed record NoSuchKey : K2hr3Answer;

    /// <summary>401, 403, 404, 400: the token, the role or the registration may be wrong, or K2HR3's store in trouble.</summary>
    /// <param name="Status">HTTP status.</param>
    /// <param name="Reason">K2HR3's message on one line, without the token.</param>
    public sealed record Denied(int Status, string Reason) : K2hr3Answer
    {
        /// <summary>K2HR3 answered as for a resource that does not exist or may not be read; the two cannot be told apart.</summary>
        public bool IsUnreadable { get; init; }
    }

    /// <summary>Not reached, too slow, 5xx, or an answer that makes no sense.</summary>
    /// <param name="RetryAfter">What the service asked for, if it did.</param>
    public sealed record Unavailable(string Reason, TimeSpan? RetryAfter = null) : K2hr3Answer
    {
        /// <summary>It took the request and did not answer in time.</summary>
        public bool TimedOut { get; init; }
    }
}
