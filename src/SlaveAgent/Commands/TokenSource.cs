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
    private readonly IReadOnlyList<string> _files;

    private TokenSource(RoleToken? given, string? credential, IReadOnlyList<string> files)
    {
        _given = given;
        _credential = credential;
        _files = files;
    }

    /// <param name="option">What <c>--token-file</c> says; <c>-</c> reads standard input, once.</param>
    /// <param name="credentials">systemd's <c>$CREDENTIALS_DIRECTORY</c>; null outside of it.</param>
    /// <exception cref="SettingsException">The option's file holds no token.</exception>
    public static TokenSource Open(string? option, string? setting, string? credentials, HostRoot root, TextReader input)
    {
        List<string> files = [];
        if (setting is not null)
        {
            files.Add(root.At(setting));
        }

        var credential = credentials is null ? null : Path.Join(credentials, CredentialName);
        if (credential is not null)
        {
            files.Add(credential);
        }

        files.Add(root.At(IdentityFiles.Token));
        return option switch
        {
            null => new TokenSource(null, credential, files),
            "-" => new TokenSource(
                RoleToken.TryParse(input.ReadToEnd()) ?? throw new SettingsException("Standard input held no role token."), credential, files),
            _ => new TokenSource(
                ReadFile(option, File.ReadAllText) ?? throw new SettingsException($"--token-file {option} cannot be read or holds no role token."), credential, files),
        };
    }

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
