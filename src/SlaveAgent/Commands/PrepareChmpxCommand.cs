using System.CommandLine;
using SlaveAgent.Chmpx;
using SlaveAgent.Composition;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Services;

namespace SlaveAgent.Commands;

/// <summary>
/// Run by the drop-in of chmpx's unit before each start, as root. Takes all it needs as options: settings that cannot be read are no reason to keep chmpx
/// from its start.
/// </summary>
internal static class PrepareChmpxCommand
{
    public static Command Create(CommonOptions options)
    {
        var unit = new Option<string>("--unit") { Description = "chmpx's unit", HelpName = "UNIT", Required = true };
        var configuration = new Option<string>("--configuration") { Description = "The configuration that it starts with", HelpName = "FILE", Required = true };
        var command = new Command("prepare-chmpx", "Run by chmpx's unit before each start: remove what blocks it, and wait when the last start failed") { Hidden = true };
        command.Options.Add(unit);
        command.Options.Add(configuration);
        command.SetAction(async (parsed, _) =>
        {
            var root = options.RootOf(parsed);
            using var signals = new Signals();
            if (root.TryRead(parsed.GetValue(configuration)!) is { } text)
            {
                var ini = IniReader.Read(text);
                RaiseLimits(root, ini);
                RemoveLeftovers(root, ini);
            }

            var starts = new ChmpxStarts(root, new Systemctl(new CommandRunner(TimeProvider.System)), TimeProvider.System);
            await starts.WaitAsync(parsed.GetValue(unit)!, parsed.GetValue(configuration)!, Console.WriteLine, signals.Token);
            return ExitCode.Done;
        });
        return command;
    }

    private static void RaiseLimits(HostRoot root, IniDocument ini)
    {
        var needed = StartSizes.MessagesOf(ini);
        try
        {
            if (MessageLimits.Raise(root, needed) is { Count: > 0 } raised)
            {
                Console.WriteLine($"Raised fs.mqueue.{string.Join(" and fs.mqueue.", raised)} to {needed}, the MAXMQSERVER and MAXMQCLIENT of the configuration");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.WriteLine($"fs.mqueue's limits could not be raised to {needed}, the MAXMQSERVER and MAXMQCLIENT of the configuration; chmpx may end on that: {e.Message}");
        }
    }

    private static void RemoveLeftovers(HostRoot root, IniDocument ini)
    {
        if (ini.ControlPort is not { } port || ini.Global("GROUP") is not { Length: > 0 } group || group.Contains('/', StringComparison.Ordinal))
        {
            // chmpx will not start with such a file either.
            return;
        }

        var leftovers = new ChmpxLeftovers(root);
        try
        {
            if (leftovers.RemoveQueues(group) is { Count: > 0 } queues)
            {
                Console.WriteLine($"Removed {queues.Count} message queues of {group} that no process read: an earlier chmpx or program was killed");
            }

            if (leftovers.Owner is { } owner && leftovers.RemoveMemory(group, port, owner) is { Count: > 0 } files)
            {
                Console.WriteLine($"Removed {string.Join(", ", files)} of another user's chmpx");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.WriteLine($"What an earlier chmpx left could not be removed: {e.Message}");
        }
    }
}
