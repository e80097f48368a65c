using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using SlaveAgent.Chmpx;
using SlaveAgent.Composition;
using SlaveAgent.Files;
using SlaveAgent.Identity;

namespace SlaveAgent.Diagnosing;

/// <summary>What must not leave this host: what is known to be a secret is searched for, what may be one is hidden.</summary>
internal sealed partial class BundleSecrets
{
    private const string KeyMark = "PRIVATE KEY-----";

    /// <summary>Of a key's text each line alone gives a part of it away.</summary>
    private const int ShortestKeyLine = 40;

    private readonly IReadOnlyList<string> _texts;
    private readonly HashSet<string> _digests;

    /// <param name="digests">Of tokens that are not on this host's disk, as <see cref="IdentityValues.DigestOf"/> makes them.</param>
    internal BundleSecrets(IEnumerable<string> secrets, IEnumerable<string>? digests = null)
    {
        _texts = [.. secrets.SelectMany(FormsOf).Distinct(StringComparer.Ordinal)];
        _digests = [.. digests ?? []];
    }

    /// <exception cref="IOException">What is secret cannot be found out, so that nothing may be given away.</exception>
    /// <exception cref="UnauthorizedAccessException">Likewise.</exception>
    public static BundleSecrets Of(Setup setup, IniDocument? ini)
    {
        var root = setup.Root;
        if (Directory.Exists(root.Agent.IdentityDirectory))
        {
            // Unreadable without an error below; then no token would be known.
            _ = Directory.EnumerateFileSystemEntries(root.Agent.IdentityDirectory).Any();
        }

        var store = new IdentityStore(root);
        AcceptedIdentity?[] identities = [store.Accepted, .. store.Former.All];
        var tokens = new[]
        {
            ReadSecret(root.At(IdentityFiles.Token)), store.Handed.Token, store.Options.Token, setup.Token.Given?.Value, setup.Token.ReadStanding().Token?.Value,
        }
        .Concat(identities.SelectMany(identity => new[] { identity?.Token, identity?.Replaces?.Token }));
        var keys = new[] { setup.Settings.K2hr3.ClientKey, setup.Settings.K2hr3.ClientCertificate }
            .Concat((ini?.Sections ?? []).SelectMany(section => section.Lines).Where(line => line.Key?.EndsWith("_PRIKEY", StringComparison.Ordinal) is true).Select(line => line.Value))
            .OfType<string>().Distinct()
            .Select(path => RegularFile.TryRead(root.At(path)) ?? string.Empty)
            .Where(text => text.Contains(KeyMark, StringComparison.Ordinal))
            .SelectMany(text => PrivateKey().Matches(text).SelectMany(match => match.Value.Split('\n', StringSplitOptions.TrimEntries)).Where(line => line.Length >= ShortestKeyLine));
        return new BundleSecrets([.. tokens.OfType<string>().Select(token => token.Trim()).Where(token => token.Length > 0), .. keys], identities.Select(identity => identity?.TokenDigest).OfType<string>());
    }

    /// <returns>The names of the entries that hold a secret.</returns>
    public IReadOnlyList<string> FindIn(IEnumerable<BundleEntry> entries) =>
        [.. entries.Where(entry => entry.Text.Contains(KeyMark, StringComparison.Ordinal) || _texts.Any(secret => entry.Text.Contains(secret, StringComparison.Ordinal)) || HasDigest(entry.Text)).Select(entry => entry.Name)];

    /// <summary>Without user names and passwords in addresses, and without the values of variables that are called like a secret.</summary>
    public static string Redact(string text) => Assignment().Replace(UserInfo().Replace(text, "://(hidden)@"), "$1=(hidden)");

    /// <summary>Word by word: of a token that comes by a credential nothing but its digest is known here.</summary>
    private bool HasDigest(string text) => _digests.Count > 0 && TokenShape().Matches(text).Select(match => match.Value).Distinct(StringComparer.Ordinal).Any(word => _digests.Contains(IdentityValues.DigestOf(word)));

    private static string? ReadSecret(string path) => FileStatus.OfTarget(path) is { Kind: FileKind.Regular } ? File.ReadAllText(path) : null;

    private static IEnumerable<string> FormsOf(string secret) =>
        [secret, Uri.EscapeDataString(secret), JsonEncodedText.Encode(secret).ToString(), Convert.ToBase64String(Encoding.UTF8.GetBytes(secret))];

    [GeneratedRegex("[A-Za-z0-9_.-]{16,4096}")]
    private static partial Regex TokenShape();

    [GeneratedRegex(@"://[^/\s:@""']+:[^/\s@""']*@")]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"(?i)\b([A-Za-z0-9_]*(?:passw(?:or)?d|secret|token|api_?key))=[^\s""']+")]
    private static partial Regex Assignment();

    [GeneratedRegex("-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END", RegexOptions.Singleline)]
    private static partial Regex PrivateKey();
}
