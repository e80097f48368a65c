using System.CommandLine;
using DiffPlex.Renderer;
using Serilog.Core;
using SlaveAgent.Chmpx;
using SlaveAgent.Composition;
using SlaveAgent.Configuration;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>Asks K2HR3 now and writes the configuration again; shows what changes. Works beside a running daemon, which takes turns in writing.</summary>
internal static class RegenerateCommand
{
    private static readonly TimeSpan BetweenPolls = TimeSpan.FromMilliseconds(20);

    public static Command Create(CommonOptions options)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Show the difference and write nothing" };
        var force = new Option<bool>("--force") { Description = "Write and have chmpx load it even when nothing changed, or most servers would go" };
        var command = new Command("regenerate", "Ask K2HR3 now and write the k2hdkc configuration again, showing the difference");
        options.AddIdentityTo(command);
        command.Options.Add(dryRun);
        command.Options.Add(force);
        command.SetAction(async (parsed, _) =>
        {
            var setup = options.SetupOf(parsed);
            using var signals = new Signals();
            await using var log = Logging.Create(LogLevel.Warning);
            return await RunAsync(setup, parsed.GetValue(dryRun), parsed.GetValue(force), log, signals.Token);
        });
        return command;
    }

    private static async Task<int> RunAsync(Setup setup, bool dryRun, bool force, Logger log, CancellationToken cancel)
    {
        using var parts = await AgentParts.CreateAsync(setup, setup.Settings, TimeProvider.System, log, cancel);
        if (!dryRun && parts.Holds.Current is { } hold)
        {
            await Console.Error.WriteLineAsync($"Nothing is written: {hold}.");
            return ExitCode.TryAgainLater;
        }

        var answer = await parts.Resource.ReadAsync(fresh: true, cancel);
        if (answer is not K2hr3Answer.Text text)
        {
            var why = K2hr3Outcome.Of(answer, "reading the role's resource").Message;
            await Console.Error.WriteLineAsync($"{Progress.Sentence(why)} The last good file stays; try again later.");
            return ExitCode.TryAgainLater;
        }

        await parts.File.PollAllowedAsync(cancel);
        parts.Ring.Note(parts.File.Current is { ControlPort: { } port } ini && await parts.ControlPort.PollAsync(port, cancel) is { } view ? ini.ServerNodes.Named(view) : null);
        parts.File.Refresh();
        var plan = ConfigurationPlan.Make(text.Value, parts.Identity.Cuk, parts.HostFiles, parts.Plan());
        switch (ConfigurationDecision.Make(plan, parts.File.Current, parts.File.HasRightMode, parts.Ring.View, text.Value == parts.Resource.AcceptedText))
        {
            case ConfigurationDecision.UpToDate same when !force:
                NoteWarnings(same.Plan);
                Console.WriteLine($"Nothing changed: {parts.File.Path} is generation {parts.File.Current!.FileVersion} and says what K2HR3 says; nothing is written.");
                return ExitCode.Done;
            case ConfigurationDecision.UpToDate same:
                return await WriteAsync(parts, text.Value, same.Plan, dryRun, cancel);
            case ConfigurationDecision.Write write:
                return await WriteAsync(parts, text.Value, write.Plan, dryRun, cancel);
            case ConfigurationDecision.LargeShrink shrink when force:
                return await WriteAsync(parts, text.Value, shrink.Plan, dryRun, cancel);
            case ConfigurationDecision.LargeShrink shrink:
                NoteWarnings(shrink.Plan);
                Show(parts.File.Path, parts.File.ReadText() ?? string.Empty, NextText(parts, shrink.Plan));
                await Console.Error.WriteLineAsync(
                    $"K2HR3 leaves out more than half of the servers that are up or in the file, as a store in trouble does. Nothing is written: a running agent takes the list once K2HR3 has gone on giving it for {parts.Settings.Configuration.SecondAnswerAfter.TotalSeconds:0} s, and --force takes it now.");
                return ExitCode.TryAgainLater;
            case ConfigurationDecision.NotASlave other:
                Console.WriteLine($"There is nothing to configure: the role's resource is no slave configuration ({other.Why}).");
                return ExitCode.Done;
            case ConfigurationDecision.Refused refused:
                if (!dryRun)
                {
                    parts.File.NoteRefused(GenerationCause.Regenerate, Reasons.ConfigurationRefused, refused.Summary);
                }

                await Console.Error.WriteLineAsync($"The role's resource was refused, because {refused.Why}; the last good file stays.\n  {string.Join("\n  ", refused.Problems)}");
                return ExitCode.Failed;
            default:
                await Console.Error.WriteLineAsync("The role's resource does not list this host; run bootstrap to register it, or let the daemon do so.");
                return ExitCode.TryAgainLater;
        }
    }

    private static async Task<int> WriteAsync(AgentParts parts, string text, ConfigurationPlan.Usable plan, bool dryRun, CancellationToken cancel)
    {
        NoteWarnings(plan);
        var before = parts.File.ReadText() ?? string.Empty;
        if (dryRun)
        {
            Show(parts.File.Path, before, NextText(parts, plan));
            Console.WriteLine("Nothing was written (--dry-run).");
            return ExitCode.Done;
        }

        var (generation, copyFailed) = await parts.File.WriteAsync(plan.Ini, parts.Ring.View?.Revision, cancel, GenerationCause.Regenerate);
        parts.Resource.Accept(text);
        Show(parts.File.Path, before, parts.File.ReadText() ?? string.Empty);
        if (copyFailed is not null)
        {
            Console.WriteLine($"Note: no copy of it could be kept: {copyFailed}");
        }

        Console.WriteLine(await FollowAsync(parts, generation, cancel));
        return ExitCode.Done;
    }

    private static string NextText(AgentParts parts, ConfigurationPlan.Usable plan) => IniWriter.Write(plan.Ini, ConfigurationFile.Next(parts.File.Current?.FileVersion ?? 0));

    private static void NoteWarnings(ConfigurationPlan.Usable plan)
    {
        foreach (var warning in plan.Warnings)
        {
            Console.WriteLine($"Note: the role's resource, {warning}.");
        }
    }

    private static void Show(string path, string before, string after) =>
        Console.WriteLine(UnidiffRenderer.GenerateUnidiff(before.TrimEnd('\n'), after.TrimEnd('\n'), path, path).TrimEnd());

    /// <summary>Waits a little for chmpx to load what was written.</summary>
    private static async Task<string> FollowAsync(AgentParts parts, int generation, CancellationToken cancel)
    {
        var written = parts.Time.GetTimestamp();
        var port = parts.File.Current?.ControlPort ?? 0;
        while (parts.Time.GetElapsedTime(written) < parts.Settings.Chmpx.LoadDeadline)
        {
            await parts.File.PollAllowedAsync(cancel);
            if (await parts.ControlPort.PollAsync(port, cancel) is not { } view)
            {
                return $"Generation {generation} is written; chmpx does not answer on control port {port} and reads it when it starts.";
            }

            if (view.Revision >= generation)
            {
                parts.File.NoteLoaded(isConnected: false);
                return $"Generation {generation} is written; chmpx has loaded it.";
            }

            await Task.Delay(BetweenPolls, parts.Time, cancel);
        }

        return $"Generation {generation} is written; chmpx has not loaded it yet; a running agent repairs that, and status shows the progress.";
    }
}
