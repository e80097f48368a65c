using System.CommandLine;
using System.Globalization;
using DiffPlex.Renderer;
using SlaveAgent.Composition;
using SlaveAgent.Configuration;
using SlaveAgent.Files;

namespace SlaveAgent.Commands;

/// <summary>Tells what became of the last generations: when and why each was written, what it changed, and when it was in force. Needs neither a daemon nor settings.</summary>
internal static class HistoryCommand
{
    public static Command Create(CommonOptions options)
    {
        var number = GenerationArgument.Create("Show this generation alone");
        var json = new Option<bool>("--json") { Description = "Print it as JSON, as described in k2hdkc-slave-agent(8)" };
        var diff = new Option<bool>("--diff") { Description = "Show the differences of this generation, or of the last one, to the one before" };
        var command = new Command("history", "Tell when and why each generation was written, what it changed, and when it was in force");
        command.Arguments.Add(number);
        command.Options.Add(json);
        command.Options.Add(diff);
        command.SetAction(async (parsed, _) =>
        {
            var paths = options.RootOf(parsed).Agent;
            if (HistoryFile.Read(paths.History) is not { } history)
            {
                await Console.Error.WriteLineAsync($"{paths.History} is no history that this version can read; the agent sets it aside when it writes the next entry.");
                return ExitCode.Failed;
            }

            if (parsed.GetValue(diff))
            {
                return await ShowDifferenceAsync(new Generations(paths.GenerationsDirectory, 0, 0), history, parsed.GetValue(number));
            }

            var shown = history with { Entries = [.. history.Entries.Where(entry => parsed.GetValue(number) is not { } only || entry.Generation == only).Reverse()] };
            if (shown.Entries.Count == 0 && parsed.GetValue(number) is { } missing)
            {
                await Console.Error.WriteLineAsync($"Nothing is known of generation {missing}.");
                return ExitCode.Failed;
            }

            Console.WriteLine(parsed.GetValue(json) ? HistoryFile.Write(shown) : Describe(shown));
            return ExitCode.Done;
        });
        return command;
    }

    private static string Describe(GenerationHistory history) => history.Entries.Count == 0
        ? "No generation was written yet."
        : string.Join('\n', history.Entries.Select(Describe).Prepend(Line("generation", "time", "cause", "loaded", "connected", "what changed")));

    private static string Describe(GenerationEntry entry) => entry.Generation is { } generation
        ? Line(
            generation.ToString(CultureInfo.InvariantCulture), LocalTime.Text(entry.At), entry.CauseText, Seconds(entry.LoadedAfterSeconds), Seconds(entry.ConnectedAfterSeconds),
            entry.Difference + (entry.Was is { } was ? $"; was {was}" : string.Empty) + (entry.Times > 1 ? $"; the last of {entry.Times}" : string.Empty))
        : Line("refused", LocalTime.Text(entry.At), entry.CauseText, "-", "-", $"{entry.Message} ({entry.Reason})");

    private static string Line(string generation, string time, string cause, string loaded, string connected, string what) =>
        Printable.OnOneLine($"{generation,10}  {time,-19}  {cause,-10}  {loaded,9}  {connected,9}  {what}");

    private static string Seconds(double? seconds) => seconds is { } known ? $"{known.ToString("0.00", CultureInfo.InvariantCulture)} s" : "-";

    private static async Task<int> ShowDifferenceAsync(Generations copies, GenerationHistory history, int? number)
    {
        List<int> kept = [.. copies.Numbers.Order()];
        if ((number ?? kept.Cast<int?>().LastOrDefault()) is not { } generation || copies.Read(generation) is not { } now)
        {
            return await MissingAsync(number, kept);
        }

        // Of a generation that is not in the history, the copy before it tells.
        var entry = history.Find(generation);
        var before = entry is null ? kept.Where(other => other < generation).Cast<int?>().LastOrDefault() : entry.Was;
        var earlier = before is { } was ? copies.Read(was) : string.Empty;
        if (earlier is null)
        {
            return await MissingAsync(before, kept);
        }

        Console.WriteLine(UnidiffRenderer.GenerateUnidiff(earlier.TrimEnd('\n'), now.TrimEnd('\n'), $"generation-{before ?? 0}.ini", $"generation-{generation}.ini").TrimEnd());
        return ExitCode.Done;
    }

    private static async Task<int> MissingAsync(int? generation, List<int> kept)
    {
        await Console.Error.WriteLineAsync(
            $"There is no copy of {(generation is { } number ? $"generation {number}" : "any generation")} (configuration.keep)"
            + (kept.Count > 0 ? $"; there are copies of {string.Join(", ", kept)}." : "."));
        return ExitCode.Failed;
    }
}
