using System.Diagnostics;
using SlaveAgent.Sandbox;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Sandbox;

/// <summary>The sandbox as newcomers use it: in a terminal, with lines that nobody expects, and ended in every way that there is.</summary>
public sealed class ServeTests
{
    private const int Columns = 80;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Wrong_lines_get_a_reason_and_a_cluster_with_a_failed_server_goes_on()
    {
        await using var sandbox = await ServedSandbox.BootedAsync();
        foreach (var wrong in (string[])["grow 99999999999", "grow -1", "outage abc", "outage", "replace", "resume", "no-such-command"])
        {
            Assert.NotEmpty((await sandbox.TypeAsync(wrong)).Trim());
        }

        await sandbox.TypeAsync("");
        Assert.Contains("connected 2/3", await sandbox.TypeAsync("lose"), StringComparison.Ordinal);
        Assert.Contains("connected 3/4", await sandbox.TypeAsync("grow"), StringComparison.Ordinal);
        Assert.Contains("connected 4/4", await sandbox.TypeAsync("replace"), StringComparison.Ordinal);
        Assert.Contains("connected 3/4", await sandbox.TypeAsync("power-off"), StringComparison.Ordinal);
        Assert.Contains("connected 3/4", await sandbox.TypeAsync("cut 1"), StringComparison.Ordinal);
        Assert.Contains("connected 3/3", await sandbox.TypeAsync("restore"), StringComparison.Ordinal);
        await sandbox.TypeAsync("pause");
        await sandbox.TypeAsync("grow");
        Assert.Contains("connected 4/4", await sandbox.TypeAsync("resume"), StringComparison.Ordinal);
        await sandbox.TypeAsync("help");

        // During a change, the agent can be paused and K2HR3 answer again, and nothing else be changed.
        await sandbox.TypeAsync("outage 3600");
        await sandbox.SendAsync("grow");
        await sandbox.UntilAsync(() => sandbox.Output.Contains("waiting for K2HR3", StringComparison.Ordinal), "grow does not wait");
        await sandbox.SendAsync("shrink");
        await sandbox.UntilAsync(() => sandbox.Output.Contains("the end of grow", StringComparison.Ordinal), "shrink is not refused");
        await sandbox.SendAsync("pause");
        await sandbox.UntilAsync(() => Paused(sandbox) == 2, "the agent is not paused");
        Assert.Contains("paused", await sandbox.TypeAsync("outage 0"), StringComparison.Ordinal);
        Assert.Contains("'resume'", await sandbox.TypeAsync("cut"), StringComparison.Ordinal);
        Assert.Contains("connected 5/5", await sandbox.TypeAsync("resume"), StringComparison.Ordinal);
        Assert.NotEmpty((await sandbox.TypeAsync("outage 0")).Trim());

        await sandbox.SendAsync("QUIT");
        Assert.Equal(0, await sandbox.EndedAsync());
        await sandbox.LeftNothingAsync();
        // A word that is too long stays whole, in a line of its own.
        Assert.DoesNotContain(sandbox.Screen, line => line.Length > Columns && line.Trim().Contains(' ', StringComparison.Ordinal));
    }

    private static int Paused(ServedSandbox sandbox) => sandbox.Screen.Count(line => line.Contains("for an hour, or until 'resume'", StringComparison.Ordinal));

    [Theory]
    [InlineData("SIGTERM")]
    [InlineData("SIGINT")]
    [InlineData("SIGKILL")]
    [InlineData("the terminal closes")]
    [InlineData("end of input")]
    public async Task Nothing_is_left_behind_by(string end)
    {
        await using var sandbox = await ServedSandbox.BootedAsync();
        // The sandbox, the one that cleans up after it, the agent and chmpx.
        Assert.True(sandbox.Processes.Count >= 4, string.Join('\n', sandbox.Processes));

        switch (end)
        {
            case "the terminal closes":
                sandbox.CloseTerminal();
                break;
            case "end of input":
                await sandbox.SendAsync("\u0004");
                break;
            default:
                sandbox.Signal(end);
                break;
        }

        await sandbox.LeftNothingAsync();
    }

    [Theory]
    [InlineData("/proc")]
    [InlineData("/no/such/place")]
    [InlineData("too long for a socket")]
    [InlineData("with a space")]
    public async Task A_temporary_directory_that_cannot_be_used_is_said_in_a_sentence(string place)
    {
        using var temporary = new TempDirectory();
        var path = place switch
        {
            ['/', ..] => place,
            "with a space" => temporary.At("a place"),
            _ => temporary.At(new string('a', 100)),
        };
        if (path != place)
        {
            Directory.CreateDirectory(path);
        }

        var start = new ProcessStartInfo(SandboxProgram.Path, ["--serve"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TMPDIR"] = path;
        using var sandbox = Process.Start(start)!;
        var said = await sandbox.StandardError.ReadToEndAsync(Cancel);
        await sandbox.WaitForExitAsync(Cancel);

        Assert.Equal(2, sandbox.ExitCode);
        Assert.Contains("TMPDIR", said, StringComparison.Ordinal);
        Assert.Single(said.TrimEnd().Split('\n'));
        Assert.True(path == place || Directory.GetFileSystemEntries(path).Length == 0, "something is left behind");
    }
}
