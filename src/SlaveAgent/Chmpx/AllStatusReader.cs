using System.Collections.Immutable;
using System.Globalization;

namespace SlaveAgent.Chmpx;

/// <summary>Reads the answer to ALLSTATUS. Nothing in it tells how many servers are to come, so a line that is missing, or the end of the last one, makes all of it unreadable. Pure.</summary>
public static class AllStatusReader
{
    private const string ServerHead = "No.";

    /// <summary>The report, or null when the answer is cut off or is something else.</summary>
    public static RingStatusReport? TryRead(string answer)
    {
        if (!answer.EndsWith('\n'))
        {
            return null;
        }

        string? ring = null;
        var servers = ImmutableArray.CreateBuilder<ReportedServer>();
        Dictionary<string, string>? server = null;
        foreach (var line in answer.AsSpan().EnumerateLines())
        {
            var text = line.Trim();
            if (text.StartsWith(ServerHead, StringComparison.Ordinal))
            {
                if (ring is null || !IsNumber(text[ServerHead.Length..], servers.Count + (server is null ? 1 : 2)) || !TryAdd(server, servers))
                {
                    return null;
                }

                server = new Dictionary<string, string>(StringComparer.Ordinal);
            }
            else if (text.IndexOf('=') is > 0 and var at)
            {
                var (key, value) = (text[..at].TrimEnd().ToString(), text[(at + 1)..].TrimStart().ToString());
                if (server is not null)
                {
                    server.TryAdd(key, value);
                }
                else if (key == "RING Name")
                {
                    ring = value;
                }
            }
        }

        return ring is not null && TryAdd(server, servers) ? new RingStatusReport(ring, servers.ToImmutable()) : null;
    }

    private static bool IsNumber(ReadOnlySpan<char> text, int expected) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number == expected;

    private static bool TryAdd(Dictionary<string, string>? lines, ImmutableArray<ReportedServer>.Builder servers)
    {
        if (lines is null)
        {
            return true;
        }

        if (lines.GetValueOrDefault("Server Name") is not { Length: > 0 } name
            || PortOf(lines, "Port") is not { } port
            || PortOf(lines, "Control Port") is not { } controlPort
            || lines.GetValueOrDefault("CUK") is not { } cuk
            || lines.GetValueOrDefault("Server Status") is not { } status
            || TimeNumberOf(lines.GetValueOrDefault("Last Update")) is not { } updated
            || HashOf(lines, "Enable Hash Value") is not { } enabled
            || HashOf(lines, "Pending Hash Value") is not { } pending
            || Has(status, "[UP]") == Has(status, "[DOWN]"))
        {
            return false;
        }

        servers.Add(new ReportedServer(
            name,
            port,
            controlPort,
            cuk,
            Has(status, "[SERVICE IN]"),
            Has(status, "[UP]"),
            ActionOf(status),
            OperationOf(status),
            Has(status, "[Suspend]"),
            StatusTime.Decode(updated),
            enabled,
            pending));
        return true;
    }

    private static bool Has(string status, string word) => status.Contains(word, StringComparison.Ordinal);

    private static ServerAction ActionOf(string status) =>
        Has(status, "[n/a]") ? ServerAction.None
        : Has(status, "[ADD]") ? ServerAction.Add
        : Has(status, "[DELETE]") ? ServerAction.Delete
        : ServerAction.Unknown;

    private static ServerOperation OperationOf(string status) =>
        Has(status, "[Nothing]") ? ServerOperation.Nothing
        : Has(status, "[Pending]") ? ServerOperation.Pending
        : Has(status, "[Doing]") ? ServerOperation.Doing
        : Has(status, "[Done]") ? ServerOperation.Done
        : ServerOperation.Unknown;

    private static int? PortOf(Dictionary<string, string> lines, string key) => IniDocument.PortOf(lines.GetValueOrDefault(key));

    /// <summary>The number in brackets at the end.</summary>
    private static long? TimeNumberOf(string? text) =>
        text is [.., ')'] && text.LastIndexOf('(') is >= 0 and var open && long.TryParse(text.AsSpan(open + 1, text.Length - open - 2), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static ulong? HashOf(Dictionary<string, string> lines, string key) =>
        lines.GetValueOrDefault(key) is ['0', 'x', .. var digits] && ulong.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hash) ? hash : null;
}
