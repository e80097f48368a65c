using SlaveAgent.Composition;
using SlaveAgent.Settings;

namespace SlaveAgent.Diagnosing;

/// <summary>Whether the settings' files can be read and used, with the files that they name.</summary>
internal sealed class SettingsCheck(DiagnosedHost host) : ICheck
{
    public string Name => CheckNames.Settings;

    public CheckGroup Group => CheckGroup.K2hr3;

    public Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel) => Task.FromResult<IReadOnlyList<CheckResult>>([Check()]);

    private CheckResult Check()
    {
        var paths = host.Root.Agent;
        try
        {
            var settings = SettingsLoader.Load(paths.SettingsFile, paths.SettingsDirectory, []);
            _ = AgentParts.OutputPath(settings, host.Overrides);
            AgentParts.Connections(settings.K2hr3, host.Root).Dispose();
            if (host.Identity is { } identity)
            {
                _ = AgentParts.ResourceOf(settings, host.Overrides, identity.Who.Role);
            }

            return CheckResult.Ok(Name, $"{paths.SettingsFile} and {paths.SettingsDirectory} can be used");
        }
        catch (SettingsException e)
        {
            var kept = host.Setup.Refused is not null && host.Setup.HasSettings ? " The settings that were last in force are used meanwhile." : string.Empty;
            return CheckResult.Failed(Name, e.Code.ToString(), e.Message + kept, host.Systemd.WhyAbsent is null ? "correct it, then systemctl reload k2hdkc-slave-agent" : "correct it, then send the agent a SIGHUP");
        }
    }
}
