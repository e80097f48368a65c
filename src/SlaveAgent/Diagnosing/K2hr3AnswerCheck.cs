using System.Net;
using SlaveAgent.Chmpx;
using SlaveAgent.Composition;
using SlaveAgent.Configuration;
using SlaveAgent.Hosting;
using SlaveAgent.Identity;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Roles;
using SlaveAgent.Settings;

namespace SlaveAgent.Diagnosing;

/// <summary>Asks K2HR3 once for the role's resource, which tells of the token, the role, the clock, and whether this host is listed.</summary>
internal sealed class K2hr3AnswerCheck(DiagnosedHost host) : ICheck
{
    /// <summary>K2HR3 takes 30 s where its store is in trouble; who waits at a terminal is told before.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    public string Name => CheckNames.K2hr3Answer;

    public CheckGroup Group => CheckGroup.K2hr3;

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel)
    {
        if (host.Identity is not { } identity || identity is { Token: null, Who.ByAddress: false })
        {
            return [CheckResult.Skipped(Name, "who this host is, or its token, is not known"), .. WithoutAnswer()];
        }

        RenewingHandler connections;
        try
        {
            connections = AgentParts.Connections(host.Settings.K2hr3, host.Root);
        }
        catch (SettingsException)
        {
            return [CheckResult.Skipped(Name, "the settings for it cannot be used"), .. WithoutAnswer()];
        }

        var timeout = host.Settings.K2hr3.Timeout < Timeout ? host.Settings.K2hr3.Timeout : Timeout;
        using var client = new K2hr3Client(identity.Who, () => identity.Token, connections, timeout, host.Time, host.Settings.K2hr3.LargestAnswer);
        var began = host.Time.GetTimestamp();
        var resource = host.ResourceOf(identity.Who.Role);
        var answer = await client.ReadTextAsync(resource, null, cancel);
        return Judge(answer, resource, identity, client.ClockDifference, host.Time.GetElapsedTime(began));
    }

    private List<CheckResult> Judge(K2hr3Answer answer, Yrn resource, HostIdentity identity, TimeSpan? clock, TimeSpan took)
    {
        if (answer is K2hr3Answer.Unavailable)
        {
            var outcome = K2hr3Outcome.Of(answer, $"asking {identity.Who.ApiUri.GetLeftPart(UriPartial.Authority)}");
            return [CheckResult.Failed(Name, outcome.Reason, outcome.Message, $"the checks {CheckNames.K2hr3Name}, {CheckNames.K2hr3Address} and {CheckNames.K2hr3Tls} tell whether it is the network; else look at K2HR3 itself"), Clock(clock), .. Skip("K2HR3 did not answer", CheckNames.Role, CheckNames.Resource, CheckNames.Registered)];
        }

        List<CheckResult> results = [CheckResult.Ok(Name, $"{identity.Who.ApiUri.GetLeftPart(UriPartial.Authority)} answers, after {took.TotalMilliseconds:0} ms"), Clock(clock)];
        if (answer is not K2hr3Answer.Text text)
        {
            var outcome = K2hr3Outcome.Of(answer, $"reading {resource}");
            results.Add(CheckResult.Failed(
                CheckNames.Role, outcome.Reason, outcome.Message, "a wrong token, a role that is gone and a store in trouble look alike: ask again in a minute, then compare role and token with K2HR3"));
            return [.. results, .. Skip("the resource could not be read", CheckNames.Resource, CheckNames.Registered)];
        }

        results.Add(CheckResult.Ok(CheckNames.Role, $"{identity.Who.Role} may read {resource}"));
        var plan = ConfigurationPlan.Make(text.Value, identity.Who.Cuk, HostFiles.Of(host.Root));
        results.Add(Resource(plan, host.IsNotASlave));
        results.Add(Registered(plan, text.Value, identity));
        return results;
    }

    private static CheckResult Clock(TimeSpan? difference) => difference is not { } known ? CheckResult.Skipped(CheckNames.Clock, "K2HR3 did not tell the time")
        : ClockCheck.IsOff(known)
        ? CheckResult.Warning(CheckNames.Clock, "Differs", $"this host is {known.Duration().TotalSeconds:0} s {(known < TimeSpan.Zero ? "ahead of" : "behind")} K2HR3", "start the time service; chmpx connects to no server again after a lost network while this host is ahead")
        : CheckResult.Ok(CheckNames.Clock, $"agrees with K2HR3's to {Math.Max(1, known.Duration().TotalSeconds):0} s");

    private static CheckResult Resource(ConfigurationPlan plan, bool isNotASlave) => plan switch
    {
        ConfigurationPlan.Usable usable => CheckResult.Ok(CheckNames.Resource, $"{usable.Room.Servers} servers and {usable.Room.Slaves} slaves{(usable.Warnings.IsEmpty ? string.Empty : $"; {usable.Warnings[0]}")}"),
        ConfigurationPlan.SelfMissing => CheckResult.Ok(CheckNames.Resource, "a slave's configuration"),
        ConfigurationPlan.NoSlave when isNotASlave => CheckResult.Ok(CheckNames.Resource, "it is no slave node's, as the agent has found"),
        ConfigurationPlan.NoSlave other => CheckResult.Warning(CheckNames.Resource, Reasons.NotASlave, $"it is no slave node's: {other.Why}", "compare the role of this host with the cluster's"),
        ConfigurationPlan.Refused refused => CheckResult.Failed(CheckNames.Resource, $"{refused.Problems[0].Code}", $"{refused.Why}: {refused.Problems[0]}", "correct the role's resource in K2HR3; the last good configuration stays meanwhile"),
        _ => throw new InvalidOperationException("a plan that is none of its kinds"),
    };

    private static CheckResult Registered(ConfigurationPlan plan, string text, HostIdentity identity)
    {
        switch (plan)
        {
            case ConfigurationPlan.SelfMissing:
                return CheckResult.Failed(CheckNames.Registered, $"{IniCode.NotListed}", $"K2HR3 does not list CUK {identity.Who.Cuk} in {identity.Who.Role}", "run k2hdkc-slave-agent bootstrap, which registers it again");
            case ConfigurationPlan.NoSlave or ConfigurationPlan.Refused:
                return CheckResult.Skipped(CheckNames.Registered, "the resource lists no slaves that could be compared");
        }

        var ini = IniReader.Read(ConfigurationPlan.WithSelf(text, identity.Who.Cuk));
        var listed = ini.Slaves.Where(ini.IsNamedSelf).SelectMany(OwnEntry.AddressesOf).ToHashSet();
        var own = (HostAddresses.Read() ?? new HashSet<IPAddress>()).Select(address => $"{address}")
            .Concat(new[] { identity.Who.InboundAddress, identity.Who.OutboundAddress }.OfType<string>()).ToHashSet();
        return listed.Count == 0 || own.Count == 0 || listed.Overlaps(own)
            ? CheckResult.Ok(CheckNames.Registered, $"K2HR3 lists CUK {identity.Who.Cuk}{(listed.Count > 0 ? $" at {string.Join(", ", listed)}" : string.Empty)}")
            : CheckResult.Warning(
                CheckNames.Registered, "OtherAddress", $"K2HR3 lists CUK {identity.Who.Cuk} at {string.Join(", ", listed)}, which no interface of this host has",
                "right behind an address translation (then set host.inbound_address); else run k2hdkc-slave-agent bootstrap, which registers the present address");
    }

    private static IEnumerable<CheckResult> WithoutAnswer() => Skip("K2HR3 was not asked", CheckNames.Clock, CheckNames.Role, CheckNames.Resource, CheckNames.Registered);

    private static IEnumerable<CheckResult> Skip(string why, params string[] names) => names.Select(name => CheckResult.Skipped(name, why));
}
