using System.CommandLine;
using SlaveAgent.Composition;
using SlaveAgent.Files;
using SlaveAgent.Identity;
using SlaveAgent.Settings;

namespace SlaveAgent.Commands;

/// <summary>The options that several commands share, and the settings they stand for.</summary>
public sealed class CommonOptions
{
    public Option<string> Root { get; } = new("--root")
    {
        Description = "Directory under which every path lies; / on a real host",
        HelpName = "DIR",
        DefaultValueFactory = _ => "/",
        Recursive = true,
    };

    public Option<string?> Role { get; } = new("--role")
    {
        Description = "The role's full name, such as yrn:yahoo:::mytenant:role:mycluster/slave",
        HelpName = "YRN",
    };

    public Option<string?> Tenant { get; } = new("--tenant") { Description = "The tenant's full name", HelpName = "YRN" };

    public Option<string?> ApiUri { get; } = new("--api-uri") { Description = "K2HR3's address, such as https://k2hr3.example.com", HelpName = "URI" };

    public Option<string?> TokenFile { get; } = new("--token-file")
    {
        Description = "File that holds the role token, or - for standard input; the token itself is never an option",
        HelpName = "FILE",
    };

    public Option<string?> Authentication { get; } = new("--authentication")
    {
        Description = "token, or address for a host that is already a member of its role",
        HelpName = "KIND",
        CompletionSources = { "token", "address" },
    };

    public Option<string?> Cuk { get; } = new("--cuk") { Description = "The host's unique key; else cloud-init's instance id", HelpName = "ID" };

    public Option<string?> Tag { get; } = new("--tag") { Description = "The host's full name; else found out", HelpName = "NAME" };

    public Option<string?> InstallBy { get; } = new("--install-by")
    {
        Description = "agent, or bootstrap to leave missing packages to k2hdkc-slave-bootstrap.service",
        HelpName = "WHO",
        CompletionSources = { "agent", "bootstrap" },
    };

    public void AddIdentityTo(Command command)
    {
        foreach (var option in new Option[] { Role, Tenant, ApiUri, TokenFile, Authentication, Cuk, Tag })
        {
            command.Options.Add(option);
        }
    }

    /// <param name="optionsStand">Whether options are as good as settings, as those of a daemon are at each start.</param>
    /// <param name="orKept">Whether to go by the settings that were last in force where the files cannot be used.</param>
    /// <param name="orNone">Whether to come back without settings, or a token of the option's file, where there are none to use, so that they can be waited for.</param>
    /// <param name="environmentIsOption">Whether the environment's variables are handed to a daemon as options are, which may not have them.</param>
    /// <exception cref="SettingsException">Options or settings cannot be used.</exception>
    internal Setup SetupOf(ParseResult parsed, bool optionsStand = false, bool orKept = false, bool orNone = false, bool environmentIsOption = false)
    {
        var root = RootOf(parsed);
        AgentSettings settings, fromFiles;
        string? refused = null;
        var hasSettings = true;
        try
        {
            (settings, fromFiles) = (SettingsOf(parsed, root), LoadFiles(root, []));
        }
        catch (SettingsException e) when (orKept && LoadKept(root, Overrides(parsed)) is { } kept)
        {
            (settings, fromFiles, refused) = (kept, LoadKept(root, [])!, e.Message);
        }
        catch (SettingsException e) when (orNone)
        {
            settings = fromFiles = AgentSettings.From(new SettingsValues());
            (refused, hasSettings) = (e.Message, false);
        }

        // Not within: a token that is not there is no reason to go by other settings.
        var token = TokenSource.Open(
            parsed.GetResult(TokenFile) is null ? null : parsed.GetValue(TokenFile),
            settings.K2hr3.TokenFile,
            Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY"),
            root,
            Console.In,
            waits: orNone);
        var options = optionsStand ? new IdentityValues() : IdentityOf(parsed);
        options = environmentIsOption ? options.Over(IdentityOfEnvironment()) : options;
        return new Setup(root, settings, token, options with { Token = token.Given?.Value }, optionsStand ? null : fromFiles) { Refused = refused, HasSettings = hasSettings };
    }

    /// <summary>The settings of files and options; where those cannot be used, the ones that were last in force.</summary>
    /// <exception cref="SettingsException">There are none either.</exception>
    internal AgentSettings SettingsOrKept(ParseResult parsed, HostRoot root)
    {
        try
        {
            return SettingsOf(parsed, root);
        }
        catch (SettingsException) when (LoadKept(root, Overrides(parsed)) is { } kept)
        {
            return kept;
        }
    }

    /// <summary>The settings of files and options.</summary>
    /// <exception cref="SettingsException">They cannot be used.</exception>
    internal AgentSettings SettingsOf(ParseResult parsed, HostRoot root) => LoadFiles(root, Overrides(parsed));

    /// <exception cref="SettingsException">The directory is not there.</exception>
    public HostRoot RootOf(ParseResult parsed)
    {
        var directory = Path.GetFullPath(parsed.GetValue(Root) ?? "/");
        return Directory.Exists(directory) ? new HostRoot(directory) : throw new SettingsException(SettingsCode.NoRoot, $"--root {directory} is no directory.");
    }

    /// <summary>Who the options given say this host is, but for the token.</summary>
    public IdentityValues IdentityOf(ParseResult parsed) => new()
    {
        Role = ValueOf(parsed, Role),
        Tenant = ValueOf(parsed, Tenant),
        ApiUri = ValueOf(parsed, ApiUri),
        Cuk = ValueOf(parsed, Cuk),
        Tag = ValueOf(parsed, Tag),
        Authentication = Enum.TryParse<Settings.Authentication>(ValueOf(parsed, Authentication), ignoreCase: true, out var kind) ? kind : null,
    };

    private static IdentityValues IdentityOfEnvironment()
    {
        var given = SettingsEnvironment.Read(Environment.GetEnvironmentVariable).ToDictionary(pair => pair.Key, pair => pair.Value.Texts[0]);
        return new IdentityValues { Cuk = given.GetValueOrDefault("host.cuk"), Tag = given.GetValueOrDefault("host.tag") };
    }

    /// <summary>The options given, by the setting each stands for.</summary>
    public IReadOnlyList<KeyValuePair<string, SettingValue>> Overrides(ParseResult parsed)
    {
        (string Setting, Option<string?> Option)[] pairs =
        [
            ("k2hr3.role", Role), ("k2hr3.tenant", Tenant), ("k2hr3.api_uri", ApiUri), ("k2hr3.authentication", Authentication),
            ("host.cuk", Cuk), ("host.tag", Tag), ("packages.install_by", InstallBy),
        ];
        return
        [
            .. pairs
                .Where(pair => ValueOf(parsed, pair.Option) is not null)
                .Select(pair => KeyValuePair.Create(pair.Setting, new SettingValue([parsed.GetValue(pair.Option)!], new SettingPlace($"option {pair.Option.Name}")))),
        ];
    }

    /// <summary>The settings that were last in force, with the options; null where there are none.</summary>
    internal static AgentSettings? LoadKept(HostRoot root, IEnumerable<KeyValuePair<string, SettingValue>> options) => KeptSettings.TryLoad(root, OverFiles(options));

    private static AgentSettings LoadFiles(HostRoot root, IEnumerable<KeyValuePair<string, SettingValue>> options) =>
        SettingsLoader.Load(root.Agent.SettingsFile, root.Agent.SettingsDirectory, OverFiles(options));

    private static IEnumerable<KeyValuePair<string, SettingValue>> OverFiles(IEnumerable<KeyValuePair<string, SettingValue>> options) =>
        SettingsEnvironment.Read(Environment.GetEnvironmentVariable).Concat(options);

    private static string? ValueOf(ParseResult parsed, Option<string?> option) => parsed.GetResult(option) is null ? null : parsed.GetValue(option);
}
