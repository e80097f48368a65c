using System.CommandLine;
using SlaveAgent.Composition;
using SlaveAgent.Diagnosing;
using SlaveAgent.Files;

namespace SlaveAgent.Commands;

/// <summary>Checks everything that a slave depends on, and says what to do next; changes nothing that it is not asked to.</summary>
internal static class DoctorCommand
{
    /// <summary>Checks run at the same time, and some block: a resolver, or a file system that hangs.</summary>
    private const int Threads = 24;

    public static Command Create(CommonOptions options)
    {
        var json = new Option<bool>("--json") { Description = "Print it as JSON, as described in k2hdkc-slave-agent(8)" };
        var user = new Option<string?>("--user") { Description = "Also check whether this user's programs can use the cluster", HelpName = "USER" };
        var key = new Option<bool>("--key") { Description = "Also set, read and remove a key of its own in the cluster, as that user" };
        var command = new Command("doctor", "Check everything that this slave depends on, and tell what to do next");
        command.Options.Add(json);
        command.Options.Add(user);
        command.Options.Add(key);
        command.SetAction(async (parsed, _) =>
        {
            using var signals = new Signals();
            ThreadPool.SetMinThreads(Threads, Threads);
            var setup = options.SetupOf(parsed, orKept: true, orNone: true);
            var host = await DiagnosedHost.CreateAsync(setup, TimeProvider.System, signals.Token);
            var report = await Doctor.RunAsync(host, parsed.GetValue(user), parsed.GetValue(key), Diagnosis.Deadline, signals.Token);
            if (parsed.GetValue(json))
            {
                Console.WriteLine(DiagnosisText.Json(report));
            }
            else
            {
                foreach (var line in DiagnosisText.Lines(report))
                {
                    Console.WriteLine(line);
                }

                if (Posix.EffectiveUser() != 0)
                {
                    Console.WriteLine("Run it as root: much of what is checked may be read by root only.");
                }
            }

            return report.Verdict == CheckVerdict.Failed ? ExitCode.Failed : ExitCode.Done;
        });
        return command;
    }
}
