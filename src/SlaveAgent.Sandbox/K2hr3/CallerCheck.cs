namespace SlaveAgent.Sandbox.K2hr3;

/// <summary>Reads <c>x-auth-token</c>: <c>R=</c> is a role token, anything else a user token, with or without <c>U=</c>.</summary>
internal sealed class CallerCheck(K2hr3Store store, string adminToken, string adminTenant)
{
    /// <summary>The caller, or the answer that rejects it. Without a header the caller is just an address.</summary>
    public (Caller? Caller, Answer? Refusal) Check(K2hr3Request request)
    {
        if (request.AuthToken is not { } header)
        {
            return (new(null, null), null);
        }
        if (header.StartsWith("R=", StringComparison.Ordinal))
        {
            var role = store.FindToken(header[2..]);
            return role is null ? (null, NotExisted(header[2..])) : (new(role, null), null);
        }
        var user = header.StartsWith("U=", StringComparison.Ordinal) ? header[2..] : header;
        return user == adminToken ? (new(null, adminTenant), null) : (null, NotExisted(user));
    }

    /// <summary>As <see cref="Check"/>, but a token is required.</summary>
    public (Caller? Caller, Answer? Refusal) Require(K2hr3Request request, bool user = false)
    {
        if (request.AuthToken is null)
        {
            return (null, Answer.Error(400, "There is no x-auth-token header"));
        }
        var (caller, refusal) = Check(request);
        return user && caller is { IsUser: false } ? (null, Answer.Error(400, "x-auth-token header token is not role token")) : (caller, refusal);
    }

    /// <summary>Also what K2HR3 answers to a valid token while its store is paused.</summary>
    public static Answer NotExisted(string token) =>
        Answer.Error(401, $"token({token}) is not existed, because it is expired or not set yet.");
}
