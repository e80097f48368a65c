using System.CommandLine;
using SlaveAgent.Chmpx;
using SlaveAgent.Composition;
using SlaveAgent.Configuration;
using SlaveAgent.Files;
using SlaveAgent.Reconciling;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>Goes back to an earlier generation of the configuration, and holds it there until a time.</summary>
internal static class RollbackCommand
{
    public static Command Create(CommonOptions options)
    {
        var generation = GenerationArgument.Create("The generation; without it the last one that said something else");
        var length = HoldOptions.Length("--hold");
        var reason = HoldOptions.Reason();
        var command = new Command("rollback", "Go back to an earlier generation of the configuration and hold it for a while") { generation, length, reason };
        command.SetAction(async (parsed, _) =>
        {
            var root = options.RootOf(parsed);
            var settings = options.SettingsOrKept(parsed, root);
            using var signals = new Signals();
            var now = DateTimeOffset.UtcNow;
            var until = HoldOptions.Until(parsed.GetRequiredValue(length), now);
            var file = new ConfigurationFile(
                root, AgentParts.OutputPath(settings, new OverrideReader(root)), settings.Configuration.Mode, settings.Configuration.Keep, TimeProvider.System);
            file.Refresh();
            var copies = new Generations(root.Agent.GenerationsDirectory, settings.Configuration.Keep, settings.Configuration.Mode);
            if (Find(copies, parsed.GetValue(generation), file.Current) is not var (number, ini))
            {
                await Console.Error.WriteLineAsync($"There is no copy of {(parsed.GetValue(generation) is { } asked ? $"generation {asked}" : "a generation that says something else")}; kept are: {Listed(copies)}.");
                return ExitCode.Usage;
            }

            if (IniCheck.Check(ini, HostFiles.Of(root)) is [var problem, ..])
            {
                await Console.Error.WriteLineAsync($"Generation {number} was refused, as the daemon would: {problem}. Nothing was changed.");
                return ExitCode.Failed;
            }

            // First the order, and then the file: a daemon that looks in between does the rest.
            var hold = new Hold(HoldKind.Held, now, until, parsed.GetValue(reason)) { Generation = number, Configuration = IniWriter.Write(ini, number) };
            var all = new HoldKeeper(root, TimeProvider.System).Set(hold);
            if (file.Current is null || !IniComparison.SaysTheSame(file.Current, ini))
            {
                var (written, _) = await file.WriteAsync(ini, await LoadedAsync(file, signals.Token), signals.Token, GenerationCause.Rollback);
                Console.WriteLine($"Generation {written} is written and says what generation {number} said.");
            }

            Console.WriteLine(Progress.Sentence(all.ToString()));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>chmpx takes no number for new that it has loaded.</summary>
    private static async Task<int?> LoadedAsync(ConfigurationFile file, CancellationToken cancel)
    {
        await file.PollAllowedAsync(cancel);
        return file.Current?.ControlPort is { } port ? (await new ControlPort(TimeProvider.System).PollAsync(port, cancel))?.Revision : null;
    }

    private static (int Number, IniDocument Ini)? Find(Generations copies, int? asked, IniDocument? current)
    {
        foreach (var number in asked is { } one ? [one] : copies.Numbers.OrderDescending().ToArray())
        {
            if (copies.Read(number) is { } text && IniReader.Read(text) is var ini && (asked is not null || current is null || !IniComparison.SaysTheSame(current, ini)))
            {
                return (number, ini);
            }
        }

        return null;
    }

    private static string Listed(Generations copies) => copies.Numbers.Any() ? string.Join(", ", copies.Numbers.Order()) : "none";
}
