using System.Runtime.InteropServices;

namespace SlaveAgent.Sandbox.HostTools;

/// <summary>Puts the host's tools on its PATH: small scripts that call this program with the tool's name.</summary>
internal static class ToolScripts
{
    private static readonly string[] Tools = ["apt-get", "dpkg-query", "dpkg", "dnf", "yum", "rpm", "systemctl", "journalctl", "hostname"];

    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public static void Write(HostLayout layout)
    {
        Directory.CreateDirectory(layout.Bin);
        foreach (var tool in Tools)
        {
            WriteScript(Path.Combine(layout.Bin, tool), $"{ToolCommand.Name} '{layout.Directory}' {tool} \"$@\"");
        }
        WriteScript(Path.Combine(layout.Bin, "chmpx"), "chmpx \"$@\"");
    }

    private static void WriteScript(string path, string arguments)
    {
        // Use the runtime that runs this program, wherever it is installed. Its debugger's pipes are of no use, and a tool would unlink them where a test looks
        // for what the agent unlinks.
        var dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        File.WriteAllText(path,
            $"""
            #!/bin/sh
            DOTNET_ROOT='{dotnet}' DOTNET_TieredPGO=0 DOTNET_EnableDiagnostics=0 exec '{SandboxProgram.Path}' {arguments}

            """);
        File.SetUnixFileMode(path, Executable);
    }
}
