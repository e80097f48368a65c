using SlaveAgent.Files;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;

namespace SlaveAgent.Commands;

/// <summary>
/// Where the role token comes from: standard input or the option's file, the setting's file, a systemd credential, or the file that
/// registering left. Files are read anew each time, so that a replaced token is taken without a restart.
/// </summary>
public sealed class TokenSource
{
    private const string CredentialName = "k2hr3-role-token";

    private readonly RoleToken? _given;
    private readonly string? _credential;
    private readonly HostRoot _root;
    private readonly IReadOnlyList<string> _files;

    private TokenSource(RoleToken? given, string? setting, string? credential, HostRoot root)
    {
        _given = given;
        _credential = credential;
        _root = root;
        _files = [.. new[] { setting is null ? null : root.At(setting), credential, root.At(IdentityFiles.Token) }.OfType<string>()];
    }

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
    public TokenSource With(string? setting) => new(_given, setting, _credential, _root);

    /// <summary>The token as it is now; null when no place has one.</summary>
    public RoleToken? Read() => Find().Token;

    /// <summary>What registering leaves in its file; null when a credential brought the token, for whoever hands it over so keeps it off the disk.</summary>
    public RoleToken? ReadToLeave() => Find() is { Token: { } token, IsCredential: false } ? token : null;

    private (RoleToken? Token, bool IsCredential) Find() => _given is not null
        ? (_given, false)
        : _files.Select(file => (Token: ReadFile(file, RegularFile.ReadText), IsCredential: file == _credential)).FirstOrDefault(found => found.Token is not null);

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
