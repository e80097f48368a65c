using SlaveAgent.Files;
using SlaveAgent.K2hr3;
using SlaveAgent.Settings;

namespace SlaveAgent.Commands;

/// <summary>
/// Where a role token comes from that K2HR3 has not accepted yet: standard input or the option's file, the setting's file, or a systemd credential.
/// Files are read anew each time, so that a replaced token is taken without a restart.
/// </summary>
public sealed class TokenSource
{
    private const string CredentialName = "k2hr3-role-token";

    private readonly string? _credential;
    private readonly HostRoot _root;
    private readonly IReadOnlyList<string> _files;

    private TokenSource(RoleToken? given, string? setting, string? credential, HostRoot root)
    {
        Given = given;
        _credential = credential;
        _root = root;
        _files = [.. new[] { setting is null ? null : root.At(setting), credential }.OfType<string>()];
    }

    /// <summary>What the option brought; null without one.</summary>
    public RoleToken? Given { get; }

    /// <param name="option">What <c>--token-file</c> says; <c>-</c> reads standard input, once.</param>
    /// <param name="credentials">systemd's <c>$CREDENTIALS_DIRECTORY</c>; null outside of it.</param>
    /// <exception cref="SettingsException">The option's file holds no token.</exception>
    public static TokenSource Open(string? option, string? setting, string? credentials, HostRoot root, TextReader input)
    {
        var given = option switch
        {
            null => null,
            "-" => RoleToken.TryParse(input.ReadToEnd()) ?? throw new SettingsException("Standard input held no role token."),
            _ => ReadFile(option, File.ReadAllText) ?? throw new SettingsException($"--token-file {option} cannot be read or holds no role token."),
        };
        return new TokenSource(given, setting, credentials is null ? null : Path.Join(credentials, CredentialName), root);
    }

    /// <summary>The same with another file of the settings, as a SIGHUP may bring it.</summary>
    public TokenSource With(string? setting) => new(Given, setting, _credential, _root);

    /// <summary>What setting or credential hold now; a credential's stays off the disk, which is why somebody hands it over so.</summary>
    public (RoleToken? Token, bool StaysOffDisk) ReadStanding() =>
        _files.Select(file => (Token: ReadFile(file, RegularFile.ReadText), file == _credential)).FirstOrDefault(found => found.Token is not null);

    /// <summary>Changes when one of the files does.</summary>
    public string Observe() => string.Join(' ', _files.Select(file => FileStatus.OfTarget(file)?.Version.ToString() ?? "-"));

    // The option's may be a pipe, as in --token-file <(pass show token).
    private static RoleToken? ReadFile(string path, Func<string, string> read)
    {
        try
        {
            return RoleToken.TryParse(read(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
