using System.Diagnostics;
using SlaveAgent.Sandbox.HostTools;
using SlaveAgent.Sandbox.Systemd;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Sandbox;

/// <summary>A fresh VM of the sandbox, whose tools are called as the agent calls them.</summary>
internal sealed class SimulatedHost : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("host-");

    public SimulatedHost()
    {
        Layout = new(_directory.FullName);
        State = HostSetup.Create(Layout, "cuk-a");
        Supervisor = new(Layout, TimeSpan.FromMilliseconds(50));
    }

    public HostLayout Layout { get; }

    public HostState State { get; }

    public Supervisor Supervisor { get; }

    public async Task<(int ExitCode, string Output)> RunAsync(string tool, params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Layout.Bin, tool), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await error);
    }

    /// <summary>Adds the AntPickax repository as a signed source.</summary>
    public void AddSource(bool isSigned = true)
    {
        HostSetup.Write(Layout, "etc/apt/keyrings/antpickax.asc", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n");
        HostSetup.Write(Layout, "etc/apt/sources.list.d/antpickax.sources",
            "Types: deb\nURIs: http://127.0.0.1/antpickax/debian/\nSuites: bookworm\nComponents: main\n" + (isSigned ? "Signed-By: /etc/apt/keyrings/antpickax.asc\n" : ""));
    }

    public async ValueTask DisposeAsync()
    {
        await Supervisor.DisposeAsync();
        Trees.Remove(_directory.FullName);
    }
}
