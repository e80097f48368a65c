using System.Globalization;
using System.Text;
using SlaveAgent.Sandbox.K2hr3;
using SlaveAgent.Tests.Faults;

namespace SlaveAgent.Tests.Security;

/// <summary>Names that K2HR3, chmpx and tools supply hold control characters and escape sequences, in every field that they have: none reaches a terminal, the journal or the status.</summary>
public sealed class TerminalTests
{
    /// <summary>Clears the screen, sets the window's title, the same by a control character of the upper set, turns the text around, ends the line.</summary>
    private const string Orders = "\u001b[2J\u001b]0;title\u0007\u009b2J\u202e\u2028";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("keys")]
    [InlineData("resource")]
    [InlineData("refusal")]
    [InlineData("message")]
    [InlineData("dump")]
    [InlineData("tools")]
    public async Task No_name_of_others_making_controls_a_terminal(string place)
    {
        var isOn = false;
        await using var host = await FaultHost.BootstrappedAsync(
            servers: 2, "log: {level: debug}\n", host => isOn && place == "dump" ? Encoding.UTF8.GetBytes(Everywhere(Encoding.UTF8.GetString(host.Dump()))) : host.Dump());
        isOn = true;
        host.K2hr3.OnAnswer = (request, answer) => (place, request.Kind) switch
        {
            ("keys", RequestKind.Keys) => Answer.Json(200, new { result = true, message = (string?)null, resource = $"good,ev{Orders}il,ev{Orders}il.service" }),
            ("resource", RequestKind.Resource) => Answer.Json(200, new { result = true, message = (string?)null, resource = Everywhere(Resource(answer)) }),
            ("refusal", _) => Answer.Json(403, new { result = false, message = $"no{Orders}" }),
            ("message", _) => Answer.Json(500, new { result = false, message = $"no{Orders}" }),
            _ => answer,
        };
        if (place == "tools")
        {
            host.PutTool("systemctl", $"printf 'Failed: {Orders}\\n' >&2; exit 1\n");
            host.PutTool("dpkg-query", $"printf 'Failed: {Orders}\\n' >&2; exit 2\n");
            host.PutTool("apt-get", $"printf 'E: {Orders}\\n' >&2; exit 100\n");
        }

        var output = new StringBuilder();
        await using (var daemon = host.StartDaemon())
        {
            await daemon.UntilAsync(() => host.Status is { K2hr3.LastAnswered: not null } or { LastError: not null }, "it does not ask");
            daemon.Signal("SIGHUP");
            await Task.WhenAny(daemon.UntilAsync(() => host.Status?.LastError is not null, string.Empty), Task.Delay(TimeSpan.FromSeconds(5), Cancel));
            output.Append((await host.RunAsync([FaultHost.Program, "status", "--root", host.Root], null)).Output);
            output.Append((await host.RunAsync([FaultHost.Program, "status", "--json", "--root", host.Root], null)).Output);
            output.Append(await File.ReadAllTextAsync(host.At("/run/k2hdkc-slave-agent/status.json"), Cancel));
            output.Append((await host.RunAsync([FaultHost.Program, "regenerate", "--force", "--root", host.Root], null)).Output);
            output.Append(daemon.Output);
        }

        output.Append((await host.BootstrapAsync("timeout", "-s", "INT", "10")).Output);
        output.Append((await host.BootstrapAsync("env", "JOURNAL_STREAM=1:1", "timeout", "-s", "INT", "10")).Output);
        var text = output.ToString();
        Assert.NotEmpty(text);
        Assert.DoesNotContain(text, c => c is not '\n' && char.GetUnicodeCategory(c)
            is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
        Assert.DoesNotContain("\\u001b", text, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Each value of a text of lines "name = value" with orders in it.</summary>
    private static string Everywhere(string text) => string.Join('\n', text.Split('\n').Select(line =>
        line.IndexOf('=', StringComparison.Ordinal) is > 0 and var at && !line.Contains('{', StringComparison.Ordinal) && !line.Contains("PORT", StringComparison.OrdinalIgnoreCase) ? $"{line[..at]}= {Orders}{line[(at + 1)..].Trim()}" : line));

    private static string Resource(Answer answer) => System.Text.Json.JsonDocument.Parse(answer.Text).RootElement.GetProperty("resource").GetString()!;
}
