using System.CommandLine;
using SlaveAgent.Files;
using SlaveAgent.Identity;
using SlaveAgent.Settings;

namespace SlaveAgent.Commands;

/// <summary>What a call says: its root, its settings, and where the token comes from.</summary>
/// <param name="Options">Who its options say this host is; of the daemon none, for there they stand as the settings do.</param>
/// <param name="FileSettings">The settings without the options; null where the options stand.</param>
internal sealed record Setup(HostRoot Root, AgentSettings Settings, TokenSource Token, IdentityValues Options, AgentSettings? FileSettings)
{
    public PlainHttp PlainHttp { get; } = new();

    /// <param name="optionsStand">Whether options are as good as settings, as those of a daemon are at each start.</param>
    /// <exception cref="SettingsException">Options or settings cannot be used.</exception>
    public static Setup Of(CommonOptions options, ParseResult parsed, bool optionsStand = false)
    {
        var root = options.RootOf(parsed);
        var settings = LoadSettings(options, parsed, root);
        var token = TokenSource.Open(
            parsed.GetResult(options.TokenFile) is null ? null : parsed.GetValue(options.TokenFile),
            settings.K2hr3.TokenFile,
            Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY"),
            root,
            Console.In);
        return optionsStand
            ? new Setup(root, settings, token, new IdentityValues { Token = token.Given?.Value }, FileSettings: null)
            : new Setup(root, settings, token, options.IdentityOf(parsed) with { Token = token.Given?.Value }, LoadFiles(root, []));
    }

    public static AgentSettings LoadSettings(CommonOptions options, ParseResult parsed, HostRoot root) => LoadFiles(root, options.Overrides(parsed));

    private static AgentSettings LoadFiles(HostRoot root, IEnumerable<KeyValuePair<string, SettingValue>> options) =>
        SettingsLoader.Load(root.At(AgentPaths.SettingsFile), root.At(AgentPaths.SettingsDirectory), options);
}
