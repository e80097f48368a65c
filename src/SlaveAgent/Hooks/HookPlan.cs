using System.Globalization;
using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Status;

namespace SlaveAgent.Hooks;

/// <summary>What there is to tell, and in which variables. Pure.</summary>
public static class HookPlan
{
    /// <summary>Another state of the connection, with the generation that was told before.</summary>
    public const string ConnectionEvent = "connection";

    /// <summary>Another generation is connected; the state may be another one as well.</summary>
    public const string GenerationEvent = "generation";

    /// <summary>Of longer lists the others are left out: all variables of a process together have little room.</summary>
    public const int MostServers = 500;

    private const int LongestMessage = 2000;

    /// <param name="told">What the hooks were last told.</param>
    /// <returns>Null while nothing was observed. Whatever is not known yet, as after a start of the agent, is as it was told.</returns>
    public static HookFacts? FactsOf(AgentStatus status, HookFacts told)
    {
        if (status.Connection.Reason == Reasons.NotObserved)
        {
            return null;
        }

        // While another one is already in place, the list of servers is that one's.
        return status.Generation.Connected is { } connected && connected == status.Generation.Written
            ? new HookFacts(status.Connection.State, connected, [.. status.Servers.List.Where(server => server.State != ServerStates.Unlisted).Select(server => server.Name)])
            : told with { State = status.Connection.State };
    }

    public static string EventOf(HookFacts told, HookFacts now) => now.Generation == told.Generation ? ConnectionEvent : GenerationEvent;

    /// <param name="run">The number of this run.</param>
    /// <returns>The variables in the order in which they are documented. Their values come in part from K2HR3, and are neither cleaned nor quoted yet.</returns>
    public static IReadOnlyList<KeyValuePair<string, string>> VariablesOf(HookFacts told, HookFacts now, AgentStatus status, long run) =>
    [
        new("K2HDKC_EVENT", EventOf(told, now)),
        new("K2HDKC_STATE", now.State),
        new("K2HDKC_PREVIOUS_STATE", told.State),
        new("K2HDKC_GENERATION", Number(now.Generation)),
        new("K2HDKC_PREVIOUS_GENERATION", Number(told.Generation)),
        new("K2HDKC_SERVERS_ADDED", Names(now.Servers.Except(told.Servers, StringComparer.Ordinal))),
        new("K2HDKC_SERVERS_REMOVED", Names(told.Servers.Except(now.Servers, StringComparer.Ordinal))),
        new("K2HDKC_SERVERS_CONNECTED", Number(status.Servers.Connected)),
        new("K2HDKC_SERVERS_TOTAL", Number(status.Servers.Listed)),
        new("K2HDKC_REASON", status.Connection.Reason),
        new("K2HDKC_MESSAGE", Printable.Cut(status.Connection.Message, LongestMessage)),
        new("K2HDKC_RUN", run.ToString(CultureInfo.InvariantCulture)),
    ];

    /// <summary>Separated by single spaces; a space within a name would make two of it.</summary>
    private static string Names(IEnumerable<string> servers) =>
        string.Join(' ', servers.Take(MostServers).Select(name => Printable.Cut(name, NameList.Longest)).Select(name => new string([.. name.Select(c => char.IsWhiteSpace(c) ? '?' : c)])));

    private static string Number(int? number) => number?.ToString(CultureInfo.InvariantCulture) ?? string.Empty;
}
