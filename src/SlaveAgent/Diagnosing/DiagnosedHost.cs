using SlaveAgent.Chmpx;
using SlaveAgent.Composition;
using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Identity;
using SlaveAgent.K2hr3;
using SlaveAgent.Roles;
using SlaveAgent.Settings;
using SlaveAgent.Status;

namespace SlaveAgent.Diagnosing;

/// <summary>What several checks are based on, as far as it can be had; any of it may be missing or broken.</summary>
internal sealed class DiagnosedHost
{
    private const string UsualIni = "/etc/antpickax/k2hdkc.ini";

    /// <summary>For tools that find out the host's name; without one the identity is simply incomplete.</summary>
    private static readonly TimeSpan NameTimeout = TimeSpan.FromSeconds(3);

    private readonly Lazy<Task<RingView?>> _view;

    private DiagnosedHost(Setup setup, TimeProvider time, IdentityDecision decision, CancellationToken cancel)
    {
        (Setup, Time, Decision) = (setup, time, decision);
        Overrides = new OverrideReader(Root);
        File = new ConfigurationFile(Root, IniPathOf(Settings, Overrides), Settings.Configuration.Mode, Settings.Configuration.Keep, time);
        Commands = new CommandRunner(time);
        Systemd = SystemdPresence.Find(Settings.Services.Manager, Root, Commands);
        Status = StatusFile.TryReadOfLiving(Root) ?? StatusFile.TryReadOfOtherRole(Root);
        Keys = RoleKeys.Load(Root.Agent.RoleKeys);
        _view = new Lazy<Task<RingView?>>(() => PollAsync(cancel));
        try
        {
            File.Refresh();
            Ini = File.Current;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The checks of the configuration say so.
        }
    }

    public Setup Setup { get; }

    public TimeProvider Time { get; }

    public HostRoot Root => Setup.Root;

    public AgentSettings Settings => Setup.Settings;

    public OverrideReader Overrides { get; }

    public CommandRunner Commands { get; }

    public ISystemd Systemd { get; }

    public IdentityDecision Decision { get; }

    /// <summary>In force, or else the one that is to be registered; null where it is not complete.</summary>
    public HostIdentity? Identity => Decision.InForce ?? Decision.Offered;

    /// <summary>Where K2HR3 is said to be, also where nothing else of the identity is known.</summary>
    public Uri? ApiUri => Identity?.Who.ApiUri ?? Settings.K2hr3.ApiUri
        ?? (Uri.TryCreate(new IdentityFiles(Root).ReadApiUri(), UriKind.Absolute, out var found) && found.Scheme is "http" or "https" ? found : null);

    public ConfigurationFile File { get; }

    /// <summary>As it was read at the beginning, for all checks the same; null when there is none that can be read.</summary>
    public IniDocument? Ini { get; }

    /// <summary>The role's lists as last read from K2HR3; null when never.</summary>
    public RoleKeys? Keys { get; }

    /// <summary>The agent's, or what a bootstrap on another role left; null where neither says anything.</summary>
    public AgentStatus? Status { get; }

    /// <summary>The role is no slave node's, so that there is no configuration and no ring.</summary>
    public bool IsNotASlave => Status is { Connection.State: ConnectionStates.NotASlave } && Ini is null;

    /// <summary>What the local chmpx says, under the names of the configuration; null when it does not answer.</summary>
    public Task<RingView?> ViewAsync() => _view.Value;

    /// <param name="cancel">Also ends what is asked later.</param>
    public static async Task<DiagnosedHost> CreateAsync(Setup setup, TimeProvider time, CancellationToken cancel)
    {
        using var deadline = new CancellationTokenSource(NameTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancel);
        var commands = new CommandRunner(time);
        IdentityDecision decision;
        try
        {
            decision = await IdentityReader.ObserveAsync(setup, setup.Settings, commands, either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            decision = new IdentityDecision(IdentityCode.NoHostName, $"the host's full name was not found out within {NameTimeout.TotalSeconds:0} s", null, null);
        }

        return new DiagnosedHost(setup, time, decision, cancel);
    }

    /// <summary>What K2HR3 is asked for; the role's own resource where the settings name something else that is none.</summary>
    public Yrn ResourceOf(Yrn role)
    {
        try
        {
            return AgentParts.ResourceOf(Settings, Overrides, role);
        }
        catch (SettingsException)
        {
            return role.ToResource();
        }
    }

    /// <summary>What a slave node of this role is to have; null while that is not known.</summary>
    public RoleKeys? KeysInForce => IsNotASlave ? Keys : Keys?.ForSlave(Settings.Slave);

    private static string IniPathOf(AgentSettings settings, OverrideReader overrides)
    {
        try
        {
            return AgentParts.OutputPath(settings, overrides);
        }
        catch (SettingsException)
        {
            return UsualIni;
        }
    }

    private async Task<RingView?> PollAsync(CancellationToken cancel)
    {
        await File.PollAllowedAsync(cancel);
        return Ini is { ControlPort: { } port } ini && await new ControlPort(Time).PollAsync(port, cancel) is { } shown ? ini.ServerNodes.Named(shown) : null;
    }
}
