using System.CommandLine;
using DiffPlex.Renderer;
using Serilog.Core;
using SlaveAgent.Chmpx;
using SlaveAgent.K2hr3;
using SlaveAgent.Reconciling;
using SlaveAgent.Settings;

namespace SlaveAgent.Commands;

/// <summary>Asks K2HR3 now and writes the configuration anew; shows what changes. Works beside a running daemon, which takes turns in writing.</summary>
internal static class RegenerateCommand
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);

    public static Command Create(CommonOptions options)
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Show the difference and write nothing" };
        var force = new Option<bool>("--force") { Description = "Write and have chmpx load it even when nothing changed" };
        var command = new Command("regenerate", "Ask K2HR3 now and write the k2hdkc configuration anew, showing the difference");
        options.AddIdentityTo(command);
        command.Options.Add(dryRun);
        command.Options.Add(force);
        command.SetAction(async (parsed, _) =>
        {
            var setup = Setup.Of(options, parsed);
            using var signals = new Signals();
            await using var log = Logging.Create(LogLevel.Warning);
            return await RunAsync(setup, parsed.GetValue(dryRun), parsed.GetValue(force), log, signals.Token);
        });
        return command;
    }

    private static async Task<int> RunAsync(Setup setup, bool dryRun, bool force, Logger log, CancellationToken cancel)
    {
        using var parts = await AgentParts.CreateAsync(setup, setup.Settings, TimeProvider.System, log, cancel);
        var answer = await parts.Resource.LookAsync(anew: true, cancel);
        if (answer is not K2hr3Answer.Text text)
        {
            var why = K2hr3Outcome.Of(answer, "reading the role's resource").Message;
            await Console.Error.WriteLineAsync($"{Progress.Sentence(why)} The last good file stays; try again later.");
            return ExitCode.TryAgainLater;
        }

        switch (ConfigurationPlan.Make(text.Value, parts.Identity.Cuk, parts.HostFiles, parts.Plan()))
        {
            case ConfigurationPlan.Usable usable:
                return await ApplyAsync(parts, text.Value, usable, dryRun, force, cancel);
            case ConfigurationPlan.NoSlave noSlave:
                Console.WriteLine($"There is nothing to configure: the role's resource is no slave configuration ({noSlave.Why}).");
                return ExitCode.Done;
            case ConfigurationPlan.Refused refused:
                await Console.Error.WriteLineAsync($"The role's resource was refused, because {refused.Why}; the last good file stays.\n  {string.Join("\n  ", refused.Problems)}");
                return ExitCode.Failed;
            default:
                await Console.Error.WriteLineAsync("The role's resource does not list this host; run bootstrap to register it, or let the daemon do so.");
                return ExitCode.TryAgainLater;
        }
    }

    private static async Task<int> ApplyAsync(
        AgentParts parts, string text, ConfigurationPlan.Usable plan, bool dryRun, bool force, CancellationToken cancel)
    {
        foreach (var warning in plan.Warnings)
        {
            Console.WriteLine($"Note: the role's resource, {warning}.");
        }

        parts.File.Refresh();
        var before = parts.File.Current;
        var oldText = parts.File.ReadText() ?? string.Empty;
        var same = before is { FileVersion: not null } && IniComparison.SaysTheSame(before, plan.Ini);
        if (same && !force)
        {
            Console.WriteLine($"Nothing changed: {parts.File.Path} is generation {before!.FileVersion} and says what K2HR3 says; nothing is written.");
            return ExitCode.Done;
        }

        if (dryRun)
        {
            Show(parts.File.Path, oldText, IniWriter.Write(plan.Ini, ConfigurationFile.Next(before?.FileVersion ?? 0)));
            Console.WriteLine("Nothing was written (--dry-run).");
            return ExitCode.Done;
        }

        await parts.File.PollAllowedAsync(cancel);
        var loaded = before?.ControlPort is { } port ? (await parts.ControlPort.LookAsync(port, cancel))?.Revision : null;
        var (generation, copyFailed) = await parts.File.WriteAsync(plan.Ini, loaded, cancel);
        parts.Resource.Accept(text);
        Show(parts.File.Path, oldText, parts.File.ReadText() ?? string.Empty);
        if (copyFailed is not null)
        {
            Console.WriteLine($"Note: no copy of it could be kept: {copyFailed}");
        }

        Console.WriteLine(await FollowAsync(parts, generation, cancel));
        return ExitCode.Done;
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
            if (await parts.ControlPort.LookAsync(port, cancel) is not { } view)
            {
                return $"Generation {generation} is written; chmpx does not answer on control port {port} and reads it when it starts.";
            }

            if (view.Revision >= generation)
            {
                return $"Generation {generation} is written; chmpx has loaded it.";
            }

            await Task.Delay(BetweenLooks, parts.Time, cancel);
        }

        return $"Generation {generation} is written; chmpx has not loaded it yet; a running agent sees to it, and status shows how it goes.";
    }
}
