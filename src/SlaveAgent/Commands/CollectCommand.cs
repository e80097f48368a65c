using System.CommandLine;
using System.Globalization;
using System.Net;
using SlaveAgent.Composition;
using SlaveAgent.Diagnosing;
using SlaveAgent.Settings;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>Writes one file with what somebody else needs to find out what is wrong, and no secret.</summary>
internal static class CollectCommand
{
    public static Command Create(CommonOptions options)
    {
        var file = new Argument<string?>("FILE") { Description = "The .tar.gz to write; else one in the current directory", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("collect", "Write one file for a bug report: status, doctor, settings, units, journals, configurations");
        command.Arguments.Add(file);
        command.SetAction(async (parsed, _) =>
        {
            using var signals = new Signals();
            var setup = options.SetupOf(parsed, orKept: true, orNone: true);
            var now = TimeProvider.System.GetUtcNow();
            var folder = $"k2hdkc-slave-agent-{string.Concat(Dns.GetHostName().Where(c => char.IsAsciiLetterOrDigit(c) || c == '-'))}-{now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
            return await RunAsync(setup, parsed.GetValue(file) ?? $"{folder}.tar.gz", folder, now, signals.Token);
        });
        return command;
    }

    private static async Task<int> RunAsync(Setup setup, string path, string folder, DateTimeOffset now, CancellationToken cancel)
    {
        var host = await DiagnosedHost.CreateAsync(setup, TimeProvider.System, cancel);

        // First: where what is secret cannot be read, nothing is gathered.
        var secrets = BundleSecrets.Of(setup, host.Ini);
        var report = await Doctor.RunAsync(host, user: null, setsKey: false, Diagnosis.Deadline, cancel);
        var (entries, left) = SupportBundle.Bound(await new BundleSources(setup, host).GatherAsync(await StatusAsync(setup, cancel), DiagnosisText.Json(report), cancel));
        if (secrets.FindIn(entries) is { Count: > 0 } found)
        {
            await Console.Error.WriteLineAsync($"Nothing was written: the role token or a private key is in {string.Join(", ", found)}. Remove it there, and replace that token or key: others could read it.");
            return ExitCode.Failed;
        }

        SupportBundle.Write(path, folder, entries, now);
        foreach (var entry in entries)
        {
            Console.WriteLine($"  {entry.Text.Length,9}  {entry.Name}");
        }

        foreach (var name in left)
        {
            Console.WriteLine($"  left out   {name}, for the sake of the size");
        }

        Console.WriteLine($"Wrote {path}, {new FileInfo(path).Length} bytes, for its owner only. No role token and no private key is in it; names and addresses of hosts are.");
        return ExitCode.Done;
    }

    private static async Task<string> StatusAsync(Setup setup, CancellationToken cancel)
    {
        try
        {
            return StatusJson.Write(await StatusObserver.NowAsync(() => setup.Settings, setup.Root, cancel));
        }
        catch (Exception e) when (e is SettingsException or IOException or UnauthorizedAccessException)
        {
            return $"{e.Message}\n";
        }
    }
}
