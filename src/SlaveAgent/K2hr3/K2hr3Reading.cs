using System.Text;

namespace SlaveAgent.K2hr3;

/// <summary>Turns a status and a body into a typed answer. Pure; the only place that interprets K2HR3's answers.</summary>
public static class K2hr3Reading
{
    private const int MaxReasonLength = 200;

    /// <param name="request">The request, which determines the valid answers.</param>
    /// <param name="status">HTTP status.</param>
    /// <param name="body">The body as received; may be empty.</param>
    /// <param name="token">Removed from any text that is passed on.</param>
    public static K2hr3Answer Read(K2hr3Request request, int status, ReadOnlySpan<byte> body, string? etag, TimeSpan? retryAfter, RoleToken? token)
    {
        var json = K2hr3Body.TryRead(body);

        // The distinguishing phrase follows names of any length, so the whole message is searched, not the shortened one.
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
                K2hr3Failure.Redirect, $"it answered {status}, a redirect, which is not followed because the token must not be sent to another host", retryAfter),
            (_, >= 200 and < 300) => new K2hr3Answer.Unavailable(K2hr3Failure.InvalidAnswer, $"it answered {status} with something other than K2HR3's JSON", retryAfter),
            _ => new K2hr3Answer.Unavailable(K2hr3Failure.Status, reason.Length > 0 ? $"it answered {status} ({reason})" : $"it answered {status}", retryAfter),
        };
    }

    private static K2hr3Answer ReadText(K2hr3Body? json, bool isKey, string? etag, TimeSpan? retryAfter) => json switch
    {
        { Result: true } when (isKey ? json.KeyText : json.ResourceText) is { } text => new K2hr3Answer.Text(text, etag),
        { Result: false } => new K2hr3Answer.Unavailable(K2hr3Failure.Contradiction, "it answered 200 with result false", retryAfter),
        _ => new K2hr3Answer.Unavailable(K2hr3Failure.InvalidAnswer, "it answered 200 with something other than K2HR3's JSON", retryAfter),
    };

    // The message of a template error contains the whole template; only its beginning is shown.
    private static string Reason(string message, RoleToken? token)
    {
        var line = new StringBuilder(MaxReasonLength);
        foreach (var c in token?.Redact(message) ?? message)
        {
            if (line.Length == MaxReasonLength)
            {
                return line.Append('…').ToString();
            }

            line.Append(char.IsControl(c) ? ' ' : c);
        }

        return line.ToString();
    }
}
