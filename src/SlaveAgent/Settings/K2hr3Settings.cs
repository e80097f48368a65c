namespace SlaveAgent.Settings;

/// <summary>Where K2HR3 is and who the host is to it. What is not set is read from the <c>/etc/antpickax/k2hr3-*</c> files.</summary>
/// <param name="Timeout">For one request as a whole. K2HR3 takes 30 s to answer when its store is in trouble (k2hr3-api.md), so never less.</param>
public sealed record K2hr3Settings(
    Uri? ApiUri,
    string? Role,
    string? Tenant,
    string? TokenFile,
    Authentication Authentication,
    string? AuthorityFile,
    TimeSpan Timeout)
{
    public static K2hr3Settings From(SettingsValues values) => new(
        values.Address("k2hr3.api_uri"),
        values.Text("k2hr3.role"),
        values.Text("k2hr3.tenant"),
        values.Text("k2hr3.token_file"),
        values.Choice("k2hr3.authentication", Authentication.Token, Choices),
        values.Text("k2hr3.ca_file"),
        values.Duration("k2hr3.timeout", TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(1)));

    private static readonly Dictionary<string, Authentication> Choices = new(StringComparer.OrdinalIgnoreCase)
    {
        ["token"] = Authentication.Token,
        ["address"] = Authentication.Address,
    };
}
