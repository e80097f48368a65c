using SlaveAgent.Sandbox.Systemd;

namespace SlaveAgent.Sandbox.HostTools;

/// <summary><c>slave-agent-sandbox tool DIRECTORY NAME ARGUMENTS</c>: called by the scripts in the sandbox's bin directory.</summary>
internal static class ToolCommand
{
    public const string Name = "tool";

    /// <returns>The tool's exit code.</returns>
    public static async Task<int> RunAsync(string directory, string tool, string[] arguments)
    {
        var output = await RunAsync(new(new(directory)), tool, arguments, CancellationToken.None);
        await Console.Out.WriteAsync(output.Output);
        await Console.Error.WriteAsync(output.Error);
        return output.ExitCode;
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
