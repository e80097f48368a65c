using System.Diagnostics;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Documents;

/// <summary>The scripts of the packaging tell how they are used, and take no option that they do not know for a directory to write into.</summary>
public sealed class PackagingUsageTests
{
    [Theory]
    [InlineData("build")]
    [InlineData("publish")]
    [InlineData("release")]
    [InlineData("repository")]
    [InlineData("reproducible")]
    public async Task Help_is_printed_and_other_options_and_missing_values_are_refused(string script)
    {
        using var directory = new TempDirectory();
        var (code, output, error) = await RunAsync(script, "--help", directory.Path);
        Assert.Equal((0, string.Empty), (code, error));
        Assert.Contains($"packaging/{script} ", output, StringComparison.Ordinal);

        foreach (var argument in new[] { "--no-such-option", "--arch" })
        {
            (code, output, error) = await RunAsync(script, argument, directory.Path);
            Assert.Equal((2, string.Empty), (code, output));
            Assert.Contains($"packaging/{script} ", error, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(directory.Path));
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(string script, string argument, string directory)
    {
        using var run = Process.Start(new ProcessStartInfo(Repository.At($"packaging/{script}"), [argument])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, error) = (run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), run.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await run.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (run.ExitCode, await output, await error);
    }
}
