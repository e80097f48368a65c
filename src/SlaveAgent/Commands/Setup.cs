using System.CommandLine;
using SlaveAgent.Files;
using SlaveAgent.Settings;

namespace SlaveAgent.Commands;

/// <summary>What a call says: its root, its settings, and where the token comes from.</summary>
internal sealed record Setup(HostRoot Root, AgentSettings Settings, TokenSource Token)
{
    public PlainHttp PlainHttp { get; } = new();

    /// <exception cref="SettingsException">Options or settings cannot be used.</exception>
    public static Setup Of(CommonOptions options, ParseResult parsed)
    {
        var root = options.RootOf(parsed);
        var settings = LoadSettings(options, parsed, root);
        var token = TokenSource.Open(
            parsed.GetResult(options.TokenFile) is null ? null : parsed.GetValue(options.TokenFile),
            settings.K2hr3.TokenFile,
            Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY"),
            root,
            Console.In);
        return new Setup(root, settings, token);
    }

    public static AgentSettings LoadSettings(CommonOptions options, ParseResult parsed, HostRoot root) =>
        SettingsLoader.Load(root.At(AgentPaths.SettingsFile), root.At(AgentPaths.SettingsDirectory), options.Overrides(parsed));
}
