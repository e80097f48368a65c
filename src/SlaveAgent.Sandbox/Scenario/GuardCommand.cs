using System.CommandLine;
using System.Runtime.InteropServices;

namespace SlaveAgent.Sandbox.Scenario;

/// <summary><c>slave-agent-sandbox guard --sandbox DIR</c>: the process of <see cref="Guard"/>.</summary>
internal static partial class GuardCommand
{
    public static Command Create()
    {
        var directory = new Option<string>("--sandbox") { Required = true };
        var pid = new Option<int>("--pid") { Required = true };
        var keep = new Option<bool>("--keep");
        var command = new Command("guard", "Cleans up after a sandbox that was killed.") { directory, pid, keep };
        command.Hidden = true;
        command.SetAction(async (parse, cancellationToken) =>
        {
            var sandbox = parse.GetRequiredValue(directory);
            if (!SandboxPlace.IsOne(sandbox))
            {
                await Console.Error.WriteLineAsync($"{sandbox} is no sandbox's directory of this user's, and stays.");
                return 2;
            }
            // What ends the sandbox, such as a terminal that closes, must not end this: a session of its own is sent no signal by a terminal.
            _ = NewSession();
            var ignored = ((PosixSignal[])[PosixSignal.SIGHUP, PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGTERM])
                .Select(signal => PosixSignalRegistration.Create(signal, context => context.Cancel = true)).ToList();
            await Guard.RunAsync(sandbox, parse.GetRequiredValue(pid), parse.GetValue(keep), Console.In, cancellationToken);
            ignored.ForEach(registration => registration.Dispose());
            return 0;
        });
        return command;
    }

    [LibraryImport("libc", EntryPoint = "setsid")]
    private static partial int NewSession();
}
