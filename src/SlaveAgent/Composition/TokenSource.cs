using SlaveAgent.Files;
using SlaveAgent.K2hr3;
using SlaveAgent.Settings;

namespace SlaveAgent.Composition;

/// <summary>
/// The sources of a role token that K2HR3 has not accepted yet: standard input or the option's file, the setting's file, or a systemd credential.
/// Files are read each time, so that a replaced token takes effect without a restart.
/// </summary>
public sealed class TokenSource
{
    private const string CredentialName = "k2hr3-role-token";

    private readonly string? _awaited;
    private readonly string? _credential;
    private readonly HostRoot _root;
    private readonly IReadOnlyList<string> _files;

    private TokenSource(RoleToken? given, string? awaited, string? setting, string? credential, HostRoot root)
    {
        Given = given;
        _awaited = awaited;
        _credential = credential;
        _root = root;
        _files = [.. new[] { awaited, setting is null ? null : root.At(setting), credential }.OfType<string>()];
    }

    /// <summary>The token of the option; null without one.</summary>
    public RoleToken? Given { get; }

    /// <param name="option">The value of <c>--token-file</c>; <c>-</c> reads standard input, once.</param>
    /// <param name="credentials">systemd's <c>$CREDENTIALS_DIRECTORY</c>; null outside systemd.</param>
    /// <param name="waits">Whether an option's file without a token is waited for, as one of the settings is.</param>
    /// <exception cref="SettingsException">The option's file contains no token or cannot be read.</exception>
    public static TokenSource Open(string? option, string? setting, string? credentials, HostRoot root, TextReader input, bool waits = false)
    {
        var given = option switch
        {
            null => null,
            "-" => RoleToken.TryParse(input.ReadToEnd()) ?? throw new SettingsException(SettingsCode.NoToken, "Standard input contains no role token."),
            // It may be a pipe, as in --token-file <(pass show token).
            _ => ReadFile(option, File.ReadAllText, out var problem) ?? (waits ? null : throw new SettingsException(SettingsCode.NoToken, $"--token-file {option} {problem}.")),
        };
        return new TokenSource(given, given is null ? option : null, setting, credentials is null ? null : Path.Join(credentials, CredentialName), root);
    }

    /// <summary>The same sources with another file of the settings, which a SIGHUP may reload.</summary>
    public TokenSource With(string? setting) => new(Given, _awaited, setting, _credential, _root);

    /// <summary>The current token of the awaited file, the setting's or the credential; a credential's is not stored on disk.</summary>
    public (RoleToken? Token, bool StaysOffDisk) ReadStanding() =>
        _files.Select(file => (Token: ReadFile(file, RegularFile.ReadText, out _), file == _credential)).FirstOrDefault(found => found.Token is not null);

    /// <summary>Changes when one of the files does.</summary>
    public string Observe() => string.Join(' ', _files.Select(file => FileStatus.OfTarget(file)?.Version.ToString() ?? "-"));

    /// <summary>Why the awaited file, the setting's or the credential provides no token, as a part of a sentence; null when one does, or none is configured.</summary>
    public string? FindProblem()
    {
        string? first = null;
        foreach (var file in _files)
        {
            if (ReadFile(file, RegularFile.ReadText, out var problem) is not null)
            {
                return null;
            }

            first ??= $"{(file == _credential ? "the systemd credential" : file == _awaited ? "--token-file" : "k2hr3.token_file")} {file} {problem}";
        }

        return first;
    }

    private static RoleToken? ReadFile(string path, Func<string, string> read, out string problem)
    {
        problem = "contains no role token";
        try
        {
            return RoleToken.TryParse(read(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            problem = "does not exist";
        }
        catch (UnauthorizedAccessException)
        {
            problem = Posix.EffectiveUser() == 0 ? "cannot be read (permission denied)" : "cannot be read (permission denied); run this command as root";
        }
        catch (IOException e)
        {
            problem = $"cannot be read ({e.Message.TrimEnd('.')})";
        }

        return null;
    }
}
