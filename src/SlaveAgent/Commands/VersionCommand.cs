using System.CommandLine;
using SlaveAgent.Composition;

namespace SlaveAgent.Commands;

internal static class VersionCommand
{
    public static Command Create()
    {
        var command = new Command("version", "Print the version");
        command.SetAction(_ =>
        {
            Console.WriteLine($"k2hdkc-slave-agent {AgentVersion.Text}");
            return ExitCode.Done;
        });
        return command;
    }
}
