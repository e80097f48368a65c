using System.Net;
using SlaveAgent.Chmpx;
using SlaveAgent.Composition;
using SlaveAgent.Configuration;
using SlaveAgent.Connection;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Identity;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Roles;
using SlaveAgent.Settings;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>The status at this moment: the agent's, or where none is at work, what can be observed of the configuration and the ring from here.</summary>
internal static class StatusObserver
{
    /// <summary>What the agent at work says, with its connections as they are at this moment; without one, what is observed from here.</summary>
    /// <param name="settings">Only asked for where no agent is at work.</param>
    public static async Task<AgentStatus> NowAsync(Func<AgentSettings> settings, HostRoot root, CancellationToken cancel) =>
        StatusFile.TryReadOfLiving(root) is { } living ? LiveConnections.AddTo(living) : await ObserveAsync(settings(), root, cancel);

    public static async Task<AgentStatus> ObserveAsync(AgentSettings settings, HostRoot root, CancellationToken cancel)
    {
        var file = new ConfigurationFile(root, AgentParts.OutputPath(settings, new OverrideReader(root)), settings.Configuration.Mode, 0, TimeProvider.System);
        await file.PollAllowedAsync(cancel);
        var view = file.Current is { ControlPort: { } port } ini && await new ControlPort(TimeProvider.System).PollAsync(port, cancel) is { } shown ? ini.ServerNodes.Named(shown) : null;
        var sockets = file.Current is { } current && view is not null ? await SocketsAsync(current, cancel) : SocketReport.Empty;
        view = view?.WithHalfOpen(sockets.Dead);
        var servers = ServersStatus.Of(ServerList.Of(file.Current, view, sockets));
        var isUnregistered = File.Exists(root.Agent.UnregisteredMarker);
        var role = new IdentityFiles(root).ReadRole();
        var hold = new HoldKeeper(root, TimeProvider.System).Current;
        var control = isUnregistered
            ? new Fact(ControlStates.Paused, Reasons.Unregistered, "this host was unregistered; bootstrap takes it into its role again", null)
            : hold is not null ? new Fact(ControlStates.Paused, hold.Reason, hold.ToString(), null)
            : FileLock.IsHeld(root.Agent.DaemonLock) ? new Fact(ControlStates.Stale, Reasons.NotObserved, "the agent is starting, or waits for its identity", null)
            : new Fact(ControlStates.Stale, Reasons.NoAgent, "no agent runs on this host", null);
        if (file.Current is null && !isUnregistered && StatusFile.TryReadOfOtherRole(root) is { } left && left.Role == role)
        {
            return left with { Pid = 0, Control = control };
        }

        return new AgentStatus
        {
            Role = role,
            Connection = Connection(file.Current, view, servers),
            Control = control,
            Hold = hold is null ? null : HoldStatus.Of(hold),
            IsReady = servers.Connected > 0 && servers.Connected == servers.Up,
            Servers = servers,
            Generation = new GenerationStatus(file.Path, file.Current?.FileVersion, view?.Revision, null, []),
        };
    }

    private static async Task<SocketReport> SocketsAsync(IniDocument ini, CancellationToken cancel)
    {
        var time = TimeProvider.System;
        using var table = new SocketTable();
        return await new ServerSockets(table, new EndpointResolver(Dns.GetHostAddressesAsync, time), new AddressWatch(HostAddresses.Read, time), time).ReadAsync(ini, cancel);
    }

    private static Fact Connection(IniDocument? ini, RingView? view, ServersStatus servers)
    {
        if (ini is null)
        {
            return new Fact(ConnectionStates.Disconnected, Reasons.NoConfiguration, "there is no configuration", null);
        }

        if (view is null)
        {
            return new Fact(ConnectionStates.Disconnected, nameof(RingState.Unresponsive), $"chmpx does not answer on control port {ini.ControlPort}", null);
        }

        var (state, reason) = servers.Connected == 0 ? (ConnectionStates.Disconnected, RingState.NotAdmitted)
            : servers.Connected < servers.Up ? (ConnectionStates.Degraded, RingState.Partial)
            : (ConnectionStates.Connected, RingState.Connected);
        return new Fact(state, reason.ToString(), $"{servers.Connected}/{servers.Listed} servers connected, generation {view.Revision}", null);
    }
}
