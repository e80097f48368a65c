using System.Diagnostics;
using System.Globalization;
using SlaveAgent.Files;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Files;

public sealed class PosixTests
{
    [Fact]
    public async Task A_process_that_ended_and_was_not_waited_for_is_not_alive()
    {
        // The shell's child ends; the program that takes the shell's place never waits for it.
        using var parent = Process.Start(new ProcessStartInfo("sh", ["-c", "sleep 1 & echo $!; exec sleep 600"]) { RedirectStandardOutput = true })!;
        try
        {
            var child = int.Parse((await parent.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!, CultureInfo.InvariantCulture);
            await Eventually.IsTrueAsync(() => !Posix.IsAlive(child), "the child is no longer alive");
            Assert.True(Directory.Exists($"/proc/{child}"));
            Assert.True(Posix.IsAlive(parent.Id));
        }
        finally
        {
            parent.Kill();
        }
    }
}
