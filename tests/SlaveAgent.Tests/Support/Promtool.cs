using System.Diagnostics;

namespace SlaveAgent.Tests.Support;

/// <summary>Prometheus' own programs, of Debian's packages prometheus and prometheus-node-exporter.</summary>
internal static class Promtool
{
    /// <summary>Skips the test, saying why, where one of them is not installed.</summary>
    public static void Require(params string[] programs) => Assert.All(programs, program => Assert.SkipUnless(
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Any(directory => File.Exists(Path.Join(directory, program))), $"{program} is not on the PATH"));

    /// <returns>Its exit code, and what it said.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(string input, params string[] arguments)
    {
        Require("promtool");
        using var process = Process.Start(new ProcessStartInfo("promtool", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Repository.At("packaging/monitoring"),
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await error);
    }
}
