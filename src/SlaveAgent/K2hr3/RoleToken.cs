namespace SlaveAgent.K2hr3;

/// <summary>A role token: its owner can act as the role, and even register in another one (K2hr3/README.md, "Authentication"). It never prints itself.</summary>
public sealed class RoleToken
{
    private RoleToken(string value) => Value = value;

    /// <summary>The secret itself, for the request header and the token file only.</summary>
    public string Value { get; }

    /// <summary>Reads a token from a file's text; null when it is empty or has characters that a header may not contain.</summary>
    public static RoleToken? TryParse(string text)
    {
        var value = text.Trim();
        return value.Length is > 0 and <= 4096 && value.All(c => c is > ' ' and < '\u007f') ? new RoleToken(value) : null;
    }

    /// <summary>K2HR3 repeats the token in its 401 message (recorded: 38-resource-WRONG-token); it must never be shown or logged.</summary>
    public string Redact(string text) => text.Replace(Value, "(hidden)", StringComparison.Ordinal);

    public override string ToString() => "(hidden)";
}
