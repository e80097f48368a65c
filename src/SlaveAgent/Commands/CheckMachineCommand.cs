using System.CommandLine;
using SlaveAgent.Composition;
using SlaveAgent.Identity;
using SlaveAgent.Status;

namespace SlaveAgent.Commands;

/// <summary>
/// Whether this is the machine that the identity was registered from. chmpx's unit asks before each start (<c>ExecCondition=</c>): on a copy of a
/// configured disk both identity and configuration are the parent's and agree, and chmpx would take the parent's place in the ring.
/// Reads four small files, no settings and no network.
/// </summary>
internal static class CheckMachineCommand
{
    public static Command Create(CommonOptions options)
    {
        var command = new Command("check-machine", "Tell whether this is the machine that the identity was registered from; for chmpx's unit") { Hidden = true };
        command.SetAction(parsed =>
        {
            var root = options.RootOf(parsed);
            var verdict = MachineCheck.Compare(MachineRecord.Load(root), HostFacts.ReadMachine(root));
            if (!verdict.IsAnother)
            {
                return ExitCode.Done;
            }

            // systemd skips the start on 1 to 254, and calls 255 or a signal a failure.
            Console.Error.WriteLine($"{Progress.Sentence(verdict.Message)} chmpx is not started until this machine is registered ({verdict.Code}).");
            return ExitCode.Failed;
        });
        return command;
    }
}
