using System.CommandLine;
using SlaveAgent.Sandbox.Systemd;

namespace SlaveAgent.Sandbox.HostTools;

/// <summary><c>slave-agent-sandbox tool NAME --sandbox DIR -- ARGS</c>: called by the scripts in the sandbox's bin directory.</summary>
internal static class ToolCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name");
        var directory = new Option<string>("--sandbox") { Required = true };
        var arguments = new Argument<string[]>("arguments") { Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("tool", "Stands in for a tool of the host.") { name, directory, arguments };
        command.SetAction(async (parse, cancellationToken) =>
        {
            var output = await RunAsync(
                new(new(parse.GetRequiredValue(directory))), parse.GetRequiredValue(name), parse.GetValue(arguments) ?? [], cancellationToken);
            await Console.Out.WriteAsync(output.Output);
            await Console.Error.WriteAsync(output.Error);
            return output.ExitCode;
        });
        return command;
    }

    private static async Task<ToolOutput> RunAsync(HostState host, string tool, string[] arguments, CancellationToken cancellationToken)
    {
        host.Log(new(DateTimeOffset.UtcNow, tool, arguments));
        if (host.TakeFailure(tool, arguments) is { } failure)
        {
            return new(failure.ExitCode, Error: failure.Message + "\n");
        }
        return tool switch
        {
            "apt-get" => await AptGet.RunAsync(host, arguments, cancellationToken),
            "dpkg-query" => Dpkg.Query(host, arguments),
            "dpkg" => Dpkg.Run(host, arguments),
            "dnf" or "yum" => Dnf.Run(host, arguments),
            "rpm" => Dnf.Query(host, arguments),
            "systemctl" or "journalctl" => await SupervisorClient.AskAsync(host.Layout.Socket, new(tool, arguments), cancellationToken),
            "hostname" => new(0, arguments is ["-d" or "--domain"] ? "sandbox.example\n" : arguments is ["-f" or "--fqdn"] ? "slave-vm.sandbox.example\n" : "slave-vm\n"),
            _ => new(127, Error: $"{tool}: not found\n"),
        };
    }
}
