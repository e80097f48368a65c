using System.Text;
using SlaveAgent.Settings;

namespace SlaveAgent.Identity;

/// <summary>
/// The text of an offered identity: lines of <c>name=value</c>, so that a shell script can write the file and rename it into place. Unknown
/// names are ignored. Pure.
/// </summary>
public static class OfferText
{
    public static IdentityValues Read(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.IndexOf('=', StringComparison.Ordinal) is > 0 and var separator && line[(separator + 1)..].Trim() is { Length: > 0 } value)
            {
                values[line[..separator].Trim()] = value;
            }
        }

        return new IdentityValues
        {
            Role = values.GetValueOrDefault("role"),
            Tenant = values.GetValueOrDefault("tenant"),
            ApiUri = values.GetValueOrDefault("api_uri"),
            Token = values.GetValueOrDefault("token"),
            Cuk = values.GetValueOrDefault("cuk"),
            Tag = values.GetValueOrDefault("tag"),
            Authentication = values.GetValueOrDefault("authentication") switch
            {
                "address" => Authentication.Address,
                "token" => Authentication.Token,
                _ => null,
            },
        };
    }

    public static string Write(IdentityValues values)
    {
        var text = new StringBuilder();
        Add("role", values.Role);
        Add("tenant", values.Tenant);
        Add("api_uri", values.ApiUri);
        Add("token", values.TokenStaysOffDisk ? null : values.Token);
        Add("cuk", values.Cuk);
        Add("tag", values.Tag);
        Add("authentication", values.Authentication?.ToString().ToLowerInvariant());
        return text.ToString();

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                // The second line of a value would be read as another name.
                text.Append(name).Append('=').Append(value.ReplaceLineEndings(" ")).Append('\n');
            }
        }
    }
}
