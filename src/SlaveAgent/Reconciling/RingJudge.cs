using SlaveAgent.Chmpx;

namespace SlaveAgent.Reconciling;

/// <summary>Judges what chmpx shows against the configuration in place (chmpx.md). Pure.</summary>
public static class RingJudge
{
    /// <summary>A restart that did not help is repeated ever more rarely, up to this.</summary>
    private static readonly TimeSpan LongestBetweenRestarts = TimeSpan.FromMinutes(10);

    /// <summary>New numbers given before a restart is the next means.</summary>
    private const int StampsBeforeRestart = 2;

    public static RingVerdict Judge(RingSituation s)
    {
        if (s.RestartFor is not null && MayRestart(s))
        {
            return new RingVerdict(RingState.Loading, $"chmpx is restarted, because it does not take {s.RestartFor} while it runs", RingAction.Restart);
        }

        if (s.View is null)
        {
            return Silent(s);
        }

        return s.View.Revision == s.Ini.FileVersion ? Loaded(s, s.View) : Loading(s, s.View);
    }

    /// <summary>Listed servers that chmpx believes alive and has no connection to.</summary>
    public static IEnumerable<RingServer> Lacking(IniDocument ini, RingView view)
    {
        var shown = view.ByKey();
        return ini.Servers.Select(server => shown.GetValueOrDefault(ini.KeyOf(server))).OfType<RingServer>().Where(server => server is { IsUp: true, IsConnected: false });
    }

    private static RingVerdict Silent(RingSituation s)
    {
        var port = $"control port {s.Ini.ControlPort}";
        return s.SinceQuiet > s.Settings.AnswerDeadline && MayRestart(s)
            ? new RingVerdict(RingState.Silent, $"chmpx has not answered on {port} for {s.SinceQuiet.TotalSeconds:0} s and is restarted", RingAction.Restart)
            : new RingVerdict(RingState.Silent, $"chmpx does not answer on {port} yet");
    }

    private static RingVerdict Loading(RingSituation s, RingView view)
    {
        var words = $"chmpx has generation {view.Revision} loaded and not {s.Ini.FileVersion}";
        return s.SinceChange <= s.Settings.LoadDeadline ? new RingVerdict(RingState.Loading, words)
            : s.Stamps < StampsBeforeRestart ? new RingVerdict(RingState.Loading, $"{words}; it is stamped again", RingAction.Stamp)
            : MayRestart(s) ? new RingVerdict(RingState.Loading, $"{words}, also after {s.Stamps} new numbers; it is restarted", RingAction.Restart)
            : new RingVerdict(RingState.Loading, words);
    }

    private static RingVerdict Loaded(RingSituation s, RingView view)
    {
        var keys = s.Ini.Servers.Select(s.Ini.KeyOf).ToHashSet();
        var shown = view.ByKey();
        var connected = keys.Count(key => shown.GetValueOrDefault(key) is { IsConnected: true });
        var disagreement = Disagreement(keys, view, shown);
        var count = $"{connected}/{keys.Count} servers connected, generation {view.Revision}";
        if (Lacking(s.Ini, view).ToList() is { Count: > 0 } lacking)
        {
            return Unconnected(s, $"{count}; no connection to {Names(lacking)}", disagreement);
        }

        if (connected == 0)
        {
            return new RingVerdict(RingState.NotLetIn, $"{count}; the servers are down, or do not list this slave yet", Disagreement: disagreement);
        }

        var down = keys.Count - connected;
        var words = down == 0 ? count : $"{count}; {down} not in the ring or down";
        var lingering = view.Servers.Any(server => server is { IsUp: false, InService: false } && !keys.Contains(server.Key));
        var verdict = new RingVerdict(RingState.Connected, words, Disagreement: disagreement) { HasLingering = lingering };
        return lingering && s.SinceChange > s.Settings.LoadDeadline && s.Stamps < StampsBeforeRestart
            ? verdict with { Action = RingAction.Stamp, Words = $"{words}; stamped again, so that chmpx forgets servers that are gone" }
            : verdict;
    }

    private static RingVerdict Unconnected(RingSituation s, string words, string? disagreement) =>
        s.SinceLacking <= s.Settings.ConnectDeadline ? new RingVerdict(RingState.Connecting, words, Disagreement: disagreement)
        : s.Stamps < StampsBeforeRestart && s.SinceChange > s.Settings.ConnectDeadline
            ? new RingVerdict(RingState.Connecting, $"{words}; it is stamped again", RingAction.Stamp, disagreement)
        : s.Stamps >= StampsBeforeRestart && s.SinceChange > s.Settings.ConnectDeadline && MayRestart(s)
            ? new RingVerdict(RingState.Connecting, $"{words}; chmpx is restarted", RingAction.Restart, disagreement)
        : new RingVerdict(RingState.Connecting, words, Disagreement: disagreement);

    private static bool MayRestart(RingSituation s) =>
        s.Restarts == 0 || s.SinceRestart > RetryDelay.Doubled(s.Settings.AnswerDeadline, s.Restarts - 1, LongestBetweenRestarts);

    /// <summary>Servers that are alive in the ring and not listed, and listed ones that are not alive there: reasons to ask K2HR3.</summary>
    private static string? Disagreement(HashSet<NodeKey> listed, RingView view, Dictionary<NodeKey, RingServer> shown)
    {
        var joined = view.Servers.Where(server => server.IsUp && !listed.Contains(server.Key)).Select(server => $"+{server.Key}");
        var gone = listed.Where(key => shown.GetValueOrDefault(key) is not { IsUp: true }).Select(key => $"-{key}");
        var all = joined.Concat(gone).Order(StringComparer.Ordinal).ToList();
        return all.Count == 0 ? null : string.Join(' ', all);
    }

    private static string Names(List<RingServer> servers) =>
        servers.Count <= 3 ? string.Join(", ", servers.Select(server => server.Name)) : $"{servers.Count} servers that are up";
}
