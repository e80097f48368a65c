using SlaveAgent.Chmpx;
using SlaveAgent.Hosting;

namespace SlaveAgent.Diagnosing;

/// <summary>Whether the kernel's limits of message queues allow what the configuration asks for.</summary>
internal sealed class MessageLimitCheck(DiagnosedHost host) : ICheck
{
    public string Name => CheckNames.MessageLimit;

    public CheckGroup Group => CheckGroup.Host;

    public async Task<IReadOnlyList<CheckResult>> RunAsync(CancellationToken cancel)
    {
        if (host.Ini is not { } ini)
        {
            return [CheckResult.Skipped(Name, "there is no configuration")];
        }

        var needed = StartSizes.MessagesOf(ini);
        var lower = MessageLimits.Lower(host.Root, needed);
        if (lower.Count == 0)
        {
            return [CheckResult.Ok(Name, $"fs.mqueue allows the {needed} messages and queues that MAXMQSERVER and MAXMQCLIENT ask for")];
        }

        var seen = $"{string.Join(", ", lower.Select(limit => $"fs.mqueue.{limit.Name} is {limit.Limit}"))}, and MAXMQSERVER and MAXMQCLIENT ask for {needed}";
        var next = string.Join("; ", lower.Select(limit => $"sysctl -w fs.mqueue.{limit.Name}={needed}"));

        var runs = await host.ViewAsync() is not null;
        if (host.Systemd.WhyAbsent is not null)
        {
            // Nobody knows as which user it would be started.
            return [runs ? CheckResult.Ok(Name, $"{seen}; chmpx runs all the same") : CheckResult.Warning(Name, "TooLow", $"{seen}, so that chmpx ends at its start where it is not root's", next)];
        }

        // Raised by the drop-in before each start; a chmpx that runs has what it took.
        return [runs
            ? CheckResult.Warning(Name, "TooLow", $"{seen}; chmpx runs, and would end at its next start unless they are raised then", next)
            : CheckResult.Failed(Name, "TooLow", $"{seen}, so that chmpx ends at its start where it is not root's", next)];
    }
}
