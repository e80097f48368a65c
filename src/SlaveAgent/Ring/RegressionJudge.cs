using SlaveAgent.Chmpx;
using SlaveAgent.Settings;

namespace SlaveAgent.Ring;

/// <summary>
/// Compares what a new generation is connected to with what the one before was. It is only reported: a cluster that was replaced on purpose looks the same. Pure.
/// </summary>
public static class RegressionJudge
{
    /// <param name="before">As of the last observation, maybe by an agent before this one; null when nothing was observed yet.</param>
    /// <param name="ini">The configuration in place.</param>
    /// <param name="view">What chmpx shows, its servers under the keys of <paramref name="ini"/>; null while it does not answer.</param>
    /// <param name="isConnected">Whether this host counts as connected to its cluster.</param>
    /// <param name="sinceChange">Since the file last changed.</param>
    /// <returns>The same object where nothing is new.</returns>
    public static ConnectedGeneration? Judge(ConnectedGeneration? before, IniDocument ini, RingView? view, bool isConnected, TimeSpan sinceChange, ChmpxSettings settings)
    {
        if (ini.FileVersion is not { } generation)
        {
            return before;
        }

        var loaded = view?.Revision == generation ? view : null;
        var next = before is null ? (loaded is null ? null : Of(generation, ini, loaded))
            : before.Generation == generation ? SameGeneration(before, ini, view, loaded)
            : OtherGeneration(before, generation, ini, view, loaded, isConnected, sinceChange, settings);
        return before is not null && next is not null && next.SaysTheSame(before) ? before : next;
    }

    private static ConnectedGeneration SameGeneration(ConnectedGeneration before, IniDocument ini, RingView? view, RingView? loaded) =>
        loaded is not null ? Of(before.Generation, ini, loaded)
        : view is null ? before with { Servers = [], Regression = null }
        : before;

    private static ConnectedGeneration OtherGeneration(
        ConnectedGeneration before, int generation, IniDocument ini, RingView? view, RingView? loaded, bool isConnected, TimeSpan sinceChange, ChmpxSettings settings)
    {
        if (before.Regression is { } known)
        {
            if (view is null)
            {
                return before;
            }

            var left = Lost(before, ini, view);
            return loaded is not null && (left.Count == 0 || (isConnected && known.Generation != generation)) ? Of(generation, ini, loaded)
                : before with { Regression = left.Count == 0 ? null : known with { Lost = left } };
        }

        // Until then connections are still being made and ended; a chmpx that is restarted for the new generation takes its time to answer.
        var deadline = view is not null || settings.ConnectDeadline > settings.AnswerDeadline ? settings.ConnectDeadline : settings.AnswerDeadline;
        if (sinceChange <= deadline || (view is not null && loaded is null))
        {
            return before;
        }

        var lost = Lost(before, ini, view);
        return lost.Count > 0 ? before with { Regression = new Regression(generation, before.Generation, lost) }
            : loaded is not null ? Of(generation, ini, loaded)
            : before;
    }

    private static ConnectedGeneration Of(int generation, IniDocument ini, RingView loaded)
    {
        var shown = loaded.ByKey();
        return new ConnectedGeneration(
            generation, loaded.Process, [.. ini.ServerNodes.All.Where(server => shown.GetValueOrDefault(server.Key) is { IsConnected: true }).Select(server => new ConnectedServer(server.Key, server.Name))]);
    }

    private static List<string> Lost(ConnectedGeneration before, IniDocument ini, RingView? view)
    {
        if (view is null)
        {
            return [.. before.Servers.Select(server => server.Name)];
        }

        var shown = view.ByKey();
        var hasNone = !ini.ServerNodes.Keys.Any(key => shown.GetValueOrDefault(key) is { IsConnected: true });
        return [.. before.Servers.Where(server => shown.GetValueOrDefault(server.Key) switch
        {
            { IsConnected: true } or { IsHalfOpen: true } => false,
            { IsUp: true } => true,

            // A chmpx without any connection that was started since shows each server as down, and one that is not listed not at all: neither is known to be down.
            { } => hasNone && view.Process != before.Process,
            null => hasNone,
        }).Select(server => server.Name)];
    }
}
