namespace SlaveAgent.Settings;

/// <summary>K2HR3's address and the host's credentials. What is not set is read from the <c>/etc/antpickax/k2hr3-*</c> files.</summary>
/// <param name="AuthorityFile">PEM file of the authorities trusted instead of the system's.</param>
/// <param name="ClientCertificate">PEM file of the client certificate, with its issuers.</param>
/// <param name="ClientKey">PEM file of its key, not encrypted; null: in the certificate's file.</param>
/// <param name="Timeout">For one request as a whole. K2HR3 takes 30 s to answer when its store is failing (K2hr3/README.md, "Store in trouble"), so the default is longer.</param>
public sealed record K2hr3Settings(
    Uri? ApiUri,
    string? Role,
    string? Tenant,
    string? TokenFile,
    Authentication Authentication,
    string? AuthorityFile,
    string? ClientCertificate,
    string? ClientKey,
    TimeSpan Timeout)
{
    /// <summary>10,000 slaves in a resource are 4.5 MB.</summary>
    public const int DefaultLargestAnswer = 16;

    /// <summary>The proxy's address, without user name; null: as the environment says.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Whether K2HR3 is asked directly, whatever the environment says.</summary>
    public bool IsDirect => Proxy?.Scheme == SettingsValues.NoProxy;

    /// <summary>In MB.</summary>
    public int LargestAnswer { get; init; } = DefaultLargestAnswer;

    public static K2hr3Settings From(SettingsValues values) => new(
        values.Address("k2hr3.api_uri"),
        values.Text("k2hr3.role"),
        values.Text("k2hr3.tenant"),
        values.Text("k2hr3.token_file"),
        values.Choice("k2hr3.authentication", Authentication.Token, Choices),
        values.Text("k2hr3.ca_file"),
        values.Text("k2hr3.client_certificate"),
        values.Text("k2hr3.client_key"),
        values.Duration("k2hr3.timeout", TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(1)))
    {
        Proxy = values.Proxy("k2hr3.proxy"),
        LargestAnswer = values.Number("k2hr3.largest_answer", DefaultLargestAnswer, 1, 1024),
    };

    private static readonly Dictionary<string, Authentication> Choices = new(StringComparer.OrdinalIgnoreCase)
    {
        ["token"] = Authentication.Token,
        ["address"] = Authentication.Address,
    };
}
