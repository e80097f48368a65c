using System.Diagnostics;
using SlaveAgent.Sandbox;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Sandbox;

/// <summary>The process that deletes what a killed sandbox leaves deletes nothing else, whoever starts it.</summary>
public sealed class GuardTests : IDisposable
{
    private readonly TempDirectory _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Theory]
    [InlineData("home")]
    [InlineData("k2hdkc-sandbox-link")]
    [InlineData("k2hdkc-sandbox-file")]
    [InlineData("k2hdkc-sandbox-none")]
    [InlineData("k2hdkc-sandbox-real/../home")]
    [InlineData("k2hdkc-sandbox-real/")]
    public async Task What_is_no_sandbox_stays(string name)
    {
        _temporary.Put("home/file", "");
        _temporary.Put("k2hdkc-sandbox-file", "");
        _temporary.Put("k2hdkc-sandbox-real/file", "");
        Directory.CreateSymbolicLink(_temporary.At("k2hdkc-sandbox-link"), _temporary.At("home"));
        Assert.Equal(2, await GuardAsync(_temporary.At(name)));
        Assert.True(File.Exists(_temporary.At("home/file")));
        Assert.True(File.Exists(_temporary.At("k2hdkc-sandbox-real/file")));
        Assert.True(File.Exists(_temporary.At("k2hdkc-sandbox-file")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("k2hdkc-sandbox-real")]
    public async Task A_path_that_depends_on_where_it_is_run_is_none(string path)
    {
        _temporary.Put("k2hdkc-sandbox-real/file", "");
        Assert.Equal(2, await GuardAsync(path));
        Assert.True(File.Exists(_temporary.At("k2hdkc-sandbox-real/file")));
    }

    [Fact]
    public async Task A_sandbox_that_was_killed_is_deleted()
    {
        _temporary.Put("k2hdkc-sandbox-real/file", "");
        Assert.Equal(0, await GuardAsync(_temporary.At("k2hdkc-sandbox-real")));
        Assert.False(Directory.Exists(_temporary.At("k2hdkc-sandbox-real")));
    }

    private async Task<int> GuardAsync(string sandbox)
    {
        var start = new ProcessStartInfo(SandboxProgram.Path, ["guard", "--sandbox", sandbox, "--pid", "0"])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            WorkingDirectory = _temporary.Path,
        };
        using var guard = Process.Start(start)!;
        guard.StandardInput.Close();
        await guard.WaitForExitAsync(TestContext.Current.CancellationToken);
        return guard.ExitCode;
    }
}
