using System.Globalization;
using System.Text;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Status;
using SlaveAgent.Tests.Faults;

namespace SlaveAgent.Tests.Security;

/// <summary>Names that K2HR3, chmpx and tools supply hold control characters and escape sequences, in every field that they have: none reaches a terminal, the journal or the status.</summary>
public sealed class TerminalTests
{
    /// <summary>Clears the screen, sets the window's title, the same by a control character of the upper set, turns the text around, ends the line.</summary>
    private const string Orders = "\u001b[2J\u001b]0;title\u0007\u009b2J\u202e\u2028";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>One daemon, in the form of the journal, sees all that K2HR3 and chmpx can say, one after the other; bootstrap, for a terminal, does so beside it.</summary>
    [Fact]
    public async Task No_name_of_others_making_controls_a_terminal()
    {
        var place = string.Empty;
        await using var host = await FaultHost.BootstrappedAsync(
            servers: 2, "log: {level: debug}\n", host => place == "dump" ? Encoding.UTF8.GetBytes(Everywhere(Encoding.UTF8.GetString(host.Dump()), place)) : host.Dump());
        host.K2hr3.OnAnswer = (request, answer) => (place, request.Kind) switch
        {
            ("keys", RequestKind.Keys) => Answer.Json(200, new { result = true, message = (string?)null, resource = $"good,{Evil(place)},{Evil(place)}.service" }),
            ("resource", RequestKind.Resource) => Answer.Json(200, new { result = true, message = (string?)null, resource = Everywhere(Resource(answer), place) }),
            ("refusal", _) => Answer.Json(403, new { result = false, message = Evil(place) }),
            ("message", _) => Answer.Json(500, new { result = false, message = Evil(place) }),
            _ => answer,
        };
        var output = new StringBuilder();
        await using (var daemon = host.Start("env", "JOURNAL_STREAM=1:1", FaultHost.Program, "run", "--root", host.Root))
        {
            await host.UntilConnectedAsync(daemon);
            foreach (var next in (string[])["keys", "resource", "dump", "refusal", "message"])
            {
                place = next;
                daemon.Signal("SIGHUP");
                await daemon.UntilAsync(
                    () => next == "dump" ? host.Status is { Connection.State: not ConnectionStates.Connected } : daemon.Output.Contains(Mark(next), StringComparison.Ordinal), $"of {next} nothing is said");
                foreach (string[] command in (string[][])[["status"], ["status", "--json"], ["regenerate", "--force"]])
                {
                    output.Append((await host.RunAsync([FaultHost.Program, .. command, "--root", host.Root], null)).Output);
                }

                output.Append(await File.ReadAllTextAsync(host.At("/run/k2hdkc-slave-agent/status.json"), Cancel));
                if (next != "dump")
                {
                    output.Append(await BootstrapUntilSaidAsync(host, next));
                }
            }

            output.Append(daemon.Output);
        }

        place = "tools";
        host.PutTool("systemctl", $"printf 'Failed: {Evil(place)}\\n' >&2; exit 1\n");
        host.PutTool("dpkg-query", $"printf 'Failed: {Evil(place)}\\n' >&2; exit 2\n");
        host.PutTool("apt-get", $"printf 'E: {Evil(place)}\\n' >&2; exit 100\n");
        output.Append(await BootstrapUntilSaidAsync(host, place));

        var text = output.ToString();
        Assert.DoesNotContain(text, c => c is not '\n' && char.GetUnicodeCategory(c)
            is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
        Assert.DoesNotContain("\\u001b", text, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task<string> BootstrapUntilSaidAsync(FaultHost host, string place)
    {
        await using var bootstrap = host.Start("sh", "-c", $"echo {host.Token} | exec {FaultHost.Program} bootstrap --token-file - --root {host.Root}");
        await bootstrap.UntilAsync(() => bootstrap.HasEnded || bootstrap.Output.Contains(Mark(place), StringComparison.Ordinal), $"of {place} bootstrap says nothing");
        await bootstrap.KillAsync();
        return bootstrap.Output;
    }

    /// <summary>A word that is told from those of other places, and orders behind it.</summary>
    private static string Evil(string place) => $"{Mark(place)}{Orders}";

    private static string Mark(string place) => $"of-{place}";

    /// <summary>Each value of a text of lines "name = value" with orders in it.</summary>
    private static string Everywhere(string text, string place) => string.Join('\n', text.Split('\n').Select(line =>
        line.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && !line.Contains('{', StringComparison.Ordinal) && !line.Contains("PORT", StringComparison.OrdinalIgnoreCase) ? $"{line[..at]}= {Evil(place)}{line[(at + 1)..].Trim()}" : line));

    private static string Resource(Answer answer) => System.Text.Json.JsonDocument.Parse(answer.Text).RootElement.GetProperty("resource").GetString()!;
}
