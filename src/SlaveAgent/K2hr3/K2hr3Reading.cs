using System.Text;

namespace SlaveAgent.K2hr3;

/// <summary>Turns a status and a body into an answer; pure, and the one place that knows what K2HR3's answers mean.</summary>
public static class K2hr3Reading
{
    private const int LongestReason = 200;

    /// <param name="request">What was asked for; decides which answers make sense.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="body">The body as received; may be empty.</param>
    /// <param name="token">Taken out of whatever text is passed on.</param>
    public static K2hr3Answer Read(K2hr3Request request, int status, ReadOnlySpan<byte> body, string? etag, TimeSpan? retryAfter, RoleToken? token)
    {
        var json = K2hr3Body.TryRead(body);

        // What K2HR3 means stands behind names of any length, so it is searched for in the whole message and not in what is kept of it for people.
        var message = json?.MessageText ?? string.Empty;
        var reason = Reason(message, token);
        return (request.Kind, status) switch
        {
            (K2hr3RequestKind.Read, 200) => ReadText(json, request.IsKey, etag, retryAfter),
            (K2hr3RequestKind.Read, 304) when request.ETag is not null => new K2hr3Answer.NotModified(),
            (K2hr3RequestKind.Read, 404) when request.IsKey && message.Contains("does not have value for type", StringComparison.Ordinal) =>
                new K2hr3Answer.NoSuchKey(),
            (K2hr3RequestKind.Register, 200 or 201) when json?.Result is true => new K2hr3Answer.Done(),
            (K2hr3RequestKind.Unregister, 200 or 204) => new K2hr3Answer.Done(),
            (_, 400 or 401 or 403 or 404) => new K2hr3Answer.Denied(status, reason)
            {
                IsUnreadable = status == 404 && message.Contains("does not allow to read access", StringComparison.Ordinal),
            },
            (_, >= 300 and < 400) => new K2hr3Answer.Unavailable(
                $"it answered {status}, a redirection, which is not followed because the token must not travel to another host", retryAfter),
            (_, >= 200 and < 300) => new K2hr3Answer.Unavailable($"it answered {status} with something other than K2HR3's JSON", retryAfter),
            _ => new K2hr3Answer.Unavailable(reason.Length > 0 ? $"it answered {status}: {reason}" : $"it answered {status}", retryAfter),
        };
    }

    private static K2hr3Answer ReadText(K2hr3Body? json, bool isKey, string? etag, TimeSpan? retryAfter) => json switch
    {
        { Result: true } when (isKey ? json.KeyText : json.ResourceText) is { } text => new K2hr3Answer.Text(text, etag),
        { Result: false } => new K2hr3Answer.Unavailable("it answered 200 with result false", retryAfter),
        _ => new K2hr3Answer.Unavailable("it answered 200 with something other than K2HR3's JSON", retryAfter),
    };

    // The message of a template error carries the whole template; only its beginning is for people.
    private static string Reason(string message, RoleToken? token)
    {
        var line = new StringBuilder(LongestReason);
        foreach (var c in token?.Redact(message) ?? message)
        {
            if (line.Length == LongestReason)
            {
                return line.Append('…').ToString();
            }

            line.Append(char.IsControl(c) ? ' ' : c);
        }

        return line.ToString();
    }
}
