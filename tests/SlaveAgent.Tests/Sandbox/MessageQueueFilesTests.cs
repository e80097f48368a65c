using SlaveAgent.Sandbox.Cluster;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Sandbox;

public sealed class MessageQueueFilesTests
{
    [Fact]
    public async Task The_message_queues_of_a_ring_are_deleted_and_those_of_others_stay()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount the message queues, without which they cannot be listed");
        using var directory = new TempDirectory();
        var (ours, others) = ($"ring{Environment.ProcessId}", $"other{Environment.ProcessId}");
        Assert.SkipUnless(await InQueuesAsync(directory, $"touch {ours}.0001 {ours}.0002 {others}.0001") is not null, "the message queues cannot be mounted here");
        MessageQueueFiles.Delete(ours, directory.Path);
        Assert.Equal($"{others}.0001", await InQueuesAsync(directory, $"ls | grep '{ours}\\|{others}'"));
        MessageQueueFiles.Delete(others, directory.Path);
        Assert.Equal(string.Empty, await InQueuesAsync(directory, $"ls | grep '{others}' || true"));
    }

    /// <returns>What the command says in a directory of all message queues; null where it or the mount fails.</returns>
    private static async Task<string?> InQueuesAsync(TempDirectory directory, string command)
    {
        var place = directory.At("queues");
        Directory.CreateDirectory(place);
        var script = $"mount -t mqueue none '{place}' || exit 1; (cd '{place}' && {command}); code=$?; umount '{place}'; exit $code";
        using var shell = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("sh", ["-c", script]) { RedirectStandardOutput = true })!;
        var said = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        return shell.ExitCode == 0 ? said.Trim() : null;
    }
}
