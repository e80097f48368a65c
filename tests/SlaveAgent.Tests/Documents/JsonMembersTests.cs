using System.Text.Json;
using System.Text.RegularExpressions;
using SlaveAgent.Configuration;
using SlaveAgent.Diagnosing;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Documents;

/// <summary>What <c>status</c>, <c>history</c> and <c>doctor</c> print as JSON is for programs, whose authors read the manual page.</summary>
public sealed class JsonMembersTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch;

    /// <summary>With everything in it that can be.</summary>
    private static readonly AgentStatus Status = new()
    {
        Connection = new Fact(ConnectionStates.Connected, Reasons.AsDesired, "-", Now),
        Control = new Fact(ControlStates.Paused, Reasons.Paused, "-", Now),
        Hold = new HoldStatus("paused", 1, Now, Now, "-"),
        Servers = new ServersStatus(1, 1, 1, [new ServerStatus("-", "-", 1, "-", ServerStates.Connected, Now) { Connection = new ServerConnection("-", "-") }]),
        Room = new RoomStatus(1, 1, 1, true),
        Generation = new GenerationStatus("-", 1, 1, 1, ["-"]),
        K2hr3 = new K2hr3Status("-", Now, Now, "-", Now),
        Chmpx = new ChmpxStatus("-", "-", "-", 1, "-"),
        ChmpxRestarts = new ChmpxRestarts(1, 1),
        Warnings = ["-"],
        Findings = [new ResourceFinding("-", "-", 1)],
        Conditions = [new Condition(ConditionTypes.Connected, ConditionStatus.True, "-", "-", Now, 1)],
        LastError = new ErrorStatus("-", "-", "-", Now),
    };

    [Fact]
    public void Each_member_is_on_the_manual_page()
    {
        var history = new GenerationHistory([GenerationEntry.Refused(Now, GenerationCause.Poll, "-", "-")]);
        var report = DiagnosisReport.Of([CheckResult.Ok(CheckNames.Chmpx, "-")], Now);
        var members = new[] { StatusJson.Write(Status), HistoryFile.Write(history), DiagnosisText.Json(report) }.SelectMany(text => MembersOf(JsonDocument.Parse(text).RootElement)).Distinct().ToList();
        Assert.InRange(members.Count, 60, int.MaxValue);
        var page = Sections("CHECKS", "STATUS", "HISTORY");
        Assert.DoesNotContain(members, member => !Regex.IsMatch(page, $@"(?m)^\.(I|IR|B|BR) .*(?<!\w){member}(?!\w)|\\fI{member}\\f"));
    }

    [Fact]
    public void Each_check_is_on_the_manual_page()
    {
        var page = Sections("CHECKS").Replace("\\-", "-", StringComparison.Ordinal);
        Assert.DoesNotContain(typeof(CheckNames).GetFields().Select(field => (string)field.GetValue(null)!), name => !Regex.IsMatch(page, $@"(?m)^\.B .*(?<![\w-]){name}(?![\w-])"));
    }

    /// <summary>Those that describe the JSON: others may use a member's name as a word.</summary>
    private static string Sections(params string[] names)
    {
        var sections = Repository.Read("packaging/man/k2hdkc-slave-agent.8").Split("\n.SH ");
        return string.Concat(names.Select(name => Assert.Single(sections, section => section.StartsWith($"{name}\n", StringComparison.Ordinal))));
    }

    private static IEnumerable<string> MembersOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => MembersOf(member.Value).Prepend(member.Name)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(MembersOf),
        _ => [],
    };
}
