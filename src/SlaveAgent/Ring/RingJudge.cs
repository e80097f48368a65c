using SlaveAgent.Chmpx;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Ring;

/// <summary>Judges what chmpx shows against the configuration in place, and names the one next thing to do. Pure.</summary>
public static class RingJudge
{
    /// <summary>A restart that did not help is repeated ever more rarely, up to this.</summary>
    private static readonly TimeSpan LongestBetweenRestarts = TimeSpan.FromMinutes(10);

    /// <summary>A chmpx whose last connection ended tries all servers by itself at once; it is given so long before anything is done.</summary>
    private static readonly TimeSpan SelfRepair = TimeSpan.FromSeconds(2);

    /// <summary>Once servers can be reached, half-open connections are left to the kernel for so long: it tries them again by itself, if ever more rarely.</summary>
    private static readonly TimeSpan KernelRepair = TimeSpan.FromSeconds(10);

    /// <summary>
    /// No program survives a restart of chmpx: with programs attached, the kernel's next try is waited for as well, for so long at the most. It comes up to two minutes after the
    /// one before.
    /// </summary>
    private static readonly TimeSpan LongestKernelRepair = TimeSpan.FromSeconds(60);

    /// <summary>For so long what a server said of the others is good enough to restart chmpx on.</summary>
    private static readonly TimeSpan PeerLifetime = TimeSpan.FromSeconds(60);

    /// <summary>For so long a port that accepted a connection is taken for open.</summary>
    private static readonly TimeSpan ProbeLifetime = TimeSpan.FromSeconds(10);

    /// <summary>After so long without a program nobody is about to attach one, and a restart costs nobody anything.</summary>
    private static readonly TimeSpan ProgramsGone = TimeSpan.FromSeconds(60);

    /// <summary>Questions without an answer before the slave goes on without one.</summary>
    private const int PeerTries = 3;

    /// <summary>New numbers given before a restart is the next means.</summary>
    private const int StampsBeforeRestart = 2;

    public static RingVerdict Judge(RingSituation s) => JudgeRing(s) is var verdict && !s.IsChmpxUnmanaged ? verdict : verdict with
    {
        Action = verdict.Action == RingAction.Restart ? RingAction.None : verdict.Action,
        NeedsExternalRestart = verdict.Action == RingAction.Restart,
    };

    private static RingVerdict JudgeRing(RingSituation s)
    {
        if (s.View is null)
        {
            return Unresponsive(s);
        }

        var verdict = NeedsRestart(s, s.View) ?? (s.View.Revision == s.Ini.FileVersion ? Loaded(s, s.View) : Loading(s, s.View));
        verdict = verdict.Action == RingAction.Restart && s.StartProblem is { } problem
            ? verdict with { Action = RingAction.None, Message = $"{verdict.Message}, but not while it would end at its start: {problem}" }
            : verdict;
        var shown = s.View.ByKey();
        return verdict with { Coverage = CoverageOf(s.Ini, shown), HasHalfOpen = s.Ini.ServerNodes.Keys.Any(key => shown.GetValueOrDefault(key) is { IsHalfOpen: true }) };
    }

    private static RingVerdict Unresponsive(RingSituation s)
    {
        var port = $"control port {s.Ini.ControlPort}";
        if (!s.RestartNeeds.IsEmpty)
        {
            return ForConfiguration(s, $"chmpx still answers on another port than {port}");
        }

        return s.SinceQuiet > s.Settings.AnswerDeadline && s.IsChmpxUnmanaged
            ? Restart(RingState.Unresponsive, $"chmpx does not answer on {port}; {Restarted(s)}")
            : s.SinceQuiet > s.Settings.AnswerDeadline && MayRestart(s)
            ? Restart(RingState.Unresponsive, $"chmpx has not answered on {port} for {s.SinceQuiet.TotalSeconds:0} s and is restarted")
            : new RingVerdict(RingState.Unresponsive, $"chmpx does not answer on {port} yet");
    }

    private static RingVerdict? NeedsRestart(RingSituation s, RingView view)
    {
        if (s.IsFileUnwatched && view.Revision != s.Ini.FileVersion)
        {
            return ForConfiguration(s, "chmpx does not notice this file, because its predecessor has another hard link (a backup made with ln?)");
        }

        var isConnected = view.Servers.Any(server => server.IsHeld);
        var needs = s.RestartNeeds.Where(need => need.Reason != RestartReason.CertificateReplaced || !isConnected || (!HasPrograms(s) && s.StartProblem is null)).ToList();
        return needs.Count == 0 ? null : ForConfiguration(s, $"chmpx takes this only when it starts: {string.Join(", ", needs.Take(3))}{More(needs.Count, 3)}");
    }

    private static RingVerdict ForConfiguration(RingSituation s, string why) => MayRestart(s)
        ? Restart(RingState.Loading, $"{why}; {Restarted(s)}")
        : new RingVerdict(RingState.Loading, why) { IsRestartPaused = true };

    private static RingVerdict Loading(RingSituation s, RingView view)
    {
        var message = $"chmpx has generation {view.Revision} loaded and not {s.Ini.FileVersion}";
        return s.SinceChange <= s.Settings.LoadDeadline ? new RingVerdict(RingState.Loading, message)
            : s.Stamps < StampsBeforeRestart ? new RingVerdict(RingState.Loading, $"{message}; it is stamped again", RingAction.Stamp)
            : HasPrograms(s) && HoldsExactlyTheListed(s, view) ? new RingVerdict(
                RingState.Loading, $"{message}, also after {s.Stamps} new numbers; it is connected as this generation says and not restarted while programs have the cluster open")
            : MayRestart(s) ? Restart(RingState.Loading, $"{message}, also after {s.Stamps} new numbers; {Restarted(s)}")
            : new RingVerdict(RingState.Loading, message) { IsRestartPaused = true };
    }

    private static RingVerdict Loaded(RingSituation s, RingView view)
    {
        var listed = s.Ini.ServerNodes.All.Select(node => (node.Key, node.Name)).ToList();
        var shown = view.ByKey();
        var missing = listed.Where(server => shown.GetValueOrDefault(server.Key) is not { IsConnected: true }).ToList();
        var count = $"{listed.Count - missing.Count}/{listed.Count} servers connected, generation {view.Revision}";
        var verdict = s.Sockets.IsBoundToLostAddress ? LostAddress(s, count)
            : missing.Count == 0 ? new RingVerdict(RingState.Connected, count)
            : missing.Count == listed.Count ? NoneConnected(s, view, shown, missing, count)
            : SomeConnected(s, shown, missing, count);
        return WithLingering(s, view, verdict with { Disagreement = Disagreement(s.Ini.ServerNodes.Keys, view, shown) });
    }

    private static RingVerdict SomeConnected(
        RingSituation s, Dictionary<NodeKey, RingServer> shown, List<(NodeKey Key, string Name)> missing, string count)
    {
        // Of a half-open connection the others know no more than this host, and a new chmpx would not have it either; unless its server is up, and the way of the old one is lost,
        // as what a firewall or an address translation knew of it can be.
        var halfOpen = missing.Where(server => shown.GetValueOrDefault(server.Key) is { IsHalfOpen: true }).ToList();
        var accepting = halfOpen.Where(server => s.Accepting.Contains(server.Key)).ToList();
        count = halfOpen.Count == 0 ? count : $"{count}; nothing is acknowledged any more by {Names(halfOpen)}";
        var verdict = SomeMissing(s, shown, [.. missing.Except(halfOpen)], accepting, accepting.Count == 0 ? count : $"{count}; other connections are accepted by {Names(accepting)}");
        return s.NextSilent is not null && s.SinceSilentProbe >= RepairPause.BetweenProbesOfSilent && verdict.Action is RingAction.None or RingAction.RequestStatus
            ? verdict with { Action = RingAction.ProbeSilent }
            : verdict;
    }

    /// <param name="missing">Without a connection.</param>
    /// <param name="accepting">With one that is of no use any more.</param>
    private static RingVerdict SomeMissing(
        RingSituation s, Dictionary<NodeKey, RingServer> shown, List<(NodeKey Key, string Name)> missing, List<(NodeKey Key, string Name)> accepting, string count)
    {
        var up = missing.Where(server => shown.GetValueOrDefault(server.Key) is { IsUp: true } || s.Peer?.Up.Contains(server.Key) is true).Concat(accepting).ToList();
        if (up.Count > 0)
        {
            var showsUp = accepting.Count > 0 || up.Exists(server => shown.GetValueOrDefault(server.Key) is { IsUp: true });
            return Partial(s, up, showsUp, $"{count}; up and not connected: {Names(up)}");
        }

        if (missing.Count == 0)
        {
            return new RingVerdict(RingState.Connected, count);
        }

        var question = IsQuestionDue(s) ? RingAction.AskPeer : RingAction.None;
        var known = $"{count}; {missing.Count} not in the ring or down";
        return s.Peer is not null ? new RingVerdict(RingState.Connected, known, question)
            : s.PeerFailures >= PeerTries ? new RingVerdict(RingState.Connected, $"{count}; whether {Names(missing)} can be connected is not known, because no server answers on its control port", question)
            : new RingVerdict(RingState.Connecting, $"{count}; whether {Names(missing)} can be connected is being found out", question) { IsDeadlineOver = IsLate(s) };
    }

    /// <param name="showsUp">chmpx itself shows one of them up, or one has accepted a connection.</param>
    private static RingVerdict Partial(RingSituation s, List<(NodeKey Key, string Name)> missing, bool showsUp, string message)
    {
        var verdict = new RingVerdict(RingState.Partial, message)
        {
            Missing = [.. missing.Select(server => server.Name)],
            MissingKeys = [.. missing.Select(server => server.Key)],
            IsDeadlineOver = IsLate(s),
            IsRepairLate = IsRepairLate(s),
        };
        if (HasPrograms(s))
        {
            return verdict with
            {
                Action = IsQuestionDue(s) ? RingAction.AskPeer : RingAction.RequestStatus,
                Message = s.View?.HasPrograms is not false
                    ? $"{message}; chmpx is not restarted, because programs have the cluster open"
                    : $"{message}; chmpx is not restarted, because a program had the cluster open a moment ago or is about to open it",
            };
        }

        if (s.WasReady && s.ActiveDependents is null && !s.IsChmpxUnmanaged)
        {
            return verdict with { Action = RingAction.AskDependents };
        }

        if (!showsUp && s.SincePeer > PeerLifetime)
        {
            return verdict with { Action = IsQuestionDue(s, PeerLifetime) ? RingAction.AskPeer : RingAction.None };
        }

        if (Shorter(s.SinceMissing, s.Partial.SinceRestart) < RepairPause.Partial(s.Partial, IsRepairLate(s), s.Slaves, s.Jitter))
        {
            return verdict with { IsRestartPaused = true };
        }

        // The ring takes long to notice a server that ended; a restart for it would cost the connections that there are.
        var probe = s.Probe is { } last && last.Asked.SetEquals(verdict.MissingKeys) ? last : null;
        return probe is { IsOpen: true } && s.SinceProbe <= ProbeLifetime
            ? verdict with { Action = RingAction.Restart, Cause = RestartCause.Partial, Message = $"{message}; {Restarted(s)}, because it does not try them again by itself" }
            : verdict with
            {
                Action = s.SinceProbe >= RepairPause.BetweenProbes ? RingAction.ProbeServers : RingAction.None,
                Message = probe is { IsOpen: false } ? $"{message}; chmpx is not restarted, because none of them accepts a connection" : message,
            };
    }

    private static RingVerdict NoneConnected(
        RingSituation s, RingView view, Dictionary<NodeKey, RingServer> shown, List<(NodeKey Key, string Name)> missing, string count)
    {
        var holdsOthers = view.Servers.Any(server => server.IsConnected);
        var holdsDead = view.Servers.Any(server => server.IsHalfOpen);
        var showsUp = missing.Exists(server => shown.GetValueOrDefault(server.Key) is { IsUp: true }) && s.SinceMissing > s.Settings.ConnectDeadline;
        if (!s.WasConnected && !holdsOthers && !holdsDead && !showsUp)
        {
            return new RingVerdict(RingState.NotAdmitted, $"{count}; the servers are down, or do not list this slave yet");
        }

        var verdict = new RingVerdict(RingState.Stranded, holdsOthers
            ? $"{count}; chmpx holds connections to servers that are not listed, and tries no others"
            : holdsDead ? $"{count}; chmpx holds connections on which nothing is acknowledged any more, and tries no others"
            : $"{count}; all connections were lost");
        var since = holdsDead ? s.SinceLost : s.SinceMissing;
        if (since < SelfRepair)
        {
            return verdict;
        }

        // Where the other side is back, half-open connections go on by themselves, and programs notice nothing.
        if (holdsDead && s.SinceReachable >= KernelRepair && MayKernelRepair(s))
        {
            verdict = verdict with { Message = $"{verdict.Message}; a listed server can be reached, and the kernel's next try is waited for, because programs have the cluster open" };
            return s.SinceProbe >= RepairPause.BetweenProbesOfSilent ? verdict with { Action = RingAction.ProbeServers } : verdict;
        }

        return s.SinceReachable is { } reachable && reachable >= (holdsDead ? KernelRepair : TimeSpan.Zero)
            ? Shorter(since, s.Stranded.SinceRestart) >= RepairPause.Stranded(s.Stranded, s.Slaves)
                ? verdict with { Action = RingAction.Restart, Cause = RestartCause.Stranded, Message = $"{verdict.Message}; a listed server can be reached, so {Restarted(s)}" }
                : verdict with { IsRestartPaused = true, Action = holdsDead && s.SinceProbe >= RepairPause.BetweenProbes ? RingAction.ProbeServers : RingAction.None }
            : s.SinceProbe >= RepairPause.BetweenProbes ? verdict with { Action = RingAction.ProbeServers } : verdict;
    }

    /// <summary>Programs are attached, and there is a server that the kernel has not sent anything again since servers could be reached, or only just now.</summary>
    private static bool MayKernelRepair(RingSituation s) =>
        HasPrograms(s) && s.SinceReachable < LongestKernelRepair && (s.Sockets.SinceFirstTry >= s.SinceReachable || s.Sockets.SinceLastTry < SelfRepair);

    private static RingVerdict LostAddress(RingSituation s, string count)
    {
        var verdict = new RingVerdict(RingState.Stranded, $"{count}, all through an address that this host does not have any more");
        if (s.SinceReachable is null || s.SinceReachable < KernelRepair)
        {
            // Without a network a new chmpx would be no better off, and an address that comes back takes its connections up again. It may be away for a moment only.
            return s.SinceProbe >= RepairPause.BetweenProbes ? verdict with { Action = RingAction.ProbeServers } : verdict;
        }

        return s.Stranded.SinceRestart >= RepairPause.Stranded(s.Stranded, s.Slaves)
            ? verdict with { Action = RingAction.Restart, Cause = RestartCause.Stranded, Message = $"{verdict.Message}; {Restarted(s)}" }
            : verdict with { IsRestartPaused = true };
    }

    private static RingVerdict WithLingering(RingSituation s, RingView view, RingVerdict verdict)
    {
        if (verdict.State != RingState.Connected || !view.Servers.Any(server => server is { IsUp: false, InService: false } && !s.Ini.ServerNodes.Keys.Contains(server.Key)))
        {
            return verdict;
        }

        return verdict.Action == RingAction.None && s.SinceChange > s.Settings.LoadDeadline && s.Stamps < StampsBeforeRestart
            ? verdict with { HasLingering = true, Action = RingAction.Stamp, Message = $"{verdict.Message}; stamped again, so that chmpx forgets servers that are gone" }
            : verdict with { HasLingering = true };
    }

    /// <summary>A restart would change nothing that a program could notice, but for its being away.</summary>
    private static bool HoldsExactlyTheListed(RingSituation s, RingView view) =>
        view.ByKey() is var shown && s.Ini.ServerNodes.Keys.All(key => shown.GetValueOrDefault(key) is { IsHeld: true }) && s.Ini.ServerNodes.Keys.SetEquals(view.Servers.Select(server => server.Key));

    private static RingCoverage CoverageOf(IniDocument ini, Dictionary<NodeKey, RingServer> shown)
    {
        var listed = ini.ServerNodes.Keys;
        var connected = listed.Count(key => shown.GetValueOrDefault(key) is { IsConnected: true });
        return connected == 0 ? RingCoverage.None : connected < listed.Count ? RingCoverage.Some : RingCoverage.All;
    }

    /// <summary>Before the ready target was reached the agent itself decides when programs start; afterwards one may just be between two runs.</summary>
    private static bool HasPrograms(RingSituation s) =>
        s.View?.HasPrograms is not false || (s.WasReady && (s.SincePrograms < ProgramsGone || s.ActiveDependents is > 0));

    /// <summary>It has been incomplete for so long that restarts become rare; how long the host has been up does not matter.</summary>
    private static bool IsRepairLate(RingSituation s) => s.SincePartial > s.Settings.CompleteDeadline;

    private static bool IsLate(RingSituation s) => s.SinceFirstConnection > s.Settings.CompleteDeadline;

    private static bool IsQuestionDue(RingSituation s) => IsQuestionDue(s, TimeSpan.MaxValue);

    private static bool IsQuestionDue(RingSituation s, TimeSpan longest) =>
        s.SinceQuestion >= Shorter(longest, RepairPause.Question(s.PeerQuestions, s.Slaves));

    private static bool MayRestart(RingSituation s) => s.Configuration.Restarts == 0
        || s.Configuration.SinceRestart > RetryDelay.Doubled(s.Settings.AnswerDeadline, s.Configuration.Restarts - 1, LongestBetweenRestarts);

    private static string Restarted(RingSituation s) => s.IsChmpxUnmanaged ? "whoever runs chmpx has to restart it" : "chmpx is restarted";

    private static RingVerdict Restart(RingState state, string message) => new(state, message, RingAction.Restart) { Cause = RestartCause.Configuration };

    /// <summary>
    /// Servers that are alive in the ring and not listed, and listed ones that are not alive there: reasons to ask K2HR3. A half-open connection is none: of a network that fails
    /// for some seconds K2HR3 knows nothing, and all slaves would ask it at once.
    /// </summary>
    private static string? Disagreement(IReadOnlySet<NodeKey> listed, RingView view, Dictionary<NodeKey, RingServer> shown)
    {
        var joined = view.Servers.Where(server => server.IsUp && !listed.Contains(server.Key)).Select(server => $"+{server.Key}");
        var gone = listed.Where(key => shown.GetValueOrDefault(key) is not { IsUp: true }).Select(key => $"-{key}");
        var all = joined.Concat(gone).Order(StringComparer.Ordinal).ToList();
        return all.Count == 0 ? null : string.Join(' ', all);
    }

    private static string Names(List<(NodeKey Key, string Name)> servers) =>
        string.Join(", ", servers.Take(3).Select(server => server.Name)) + More(servers.Count, 3);

    private static string More(int count, int said) => count > said ? $" and {count - said} more" : string.Empty;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
