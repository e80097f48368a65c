using SlaveAgent.Hooks;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hooks;

public sealed class HookRunnerTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly List<string> _said = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task One_that_fails_is_named_with_its_exit_status_and_holds_up_no_other()
    {
        Put("10-fails", "#!/bin/sh\nexit 3\n");
        Put("20-no-program", "neither a script nor a program\n");
        Put("30-runs", $"#!/bin/sh\npwd >'{_directory.At("ran")}'\n");
        var failed = await RunAsync(Cancel);
        Assert.Equal([("10-fails", HookFailure.Exit), ("20-no-program", HookFailure.NotStarted)], failed.Select(failure => (failure.Name, failure.Reason)));
        Assert.Contains("3", failed[0].Message, StringComparison.Ordinal);
        Assert.Equal("/\n", await File.ReadAllTextAsync(_directory.At("ran"), Cancel));
        Assert.Equal(2, _said.Count);
    }

    [Fact]
    public async Task When_the_time_is_over_the_one_at_work_is_named_and_those_after_it_are_not_run()
    {
        // It ends when nobody reads any more, after the test.
        Put("10-hangs", $"#!/bin/sh\n>'{_directory.At("hangs")}'\nwhile [ -e '{_directory.At("hangs")}' ]; do sleep 0.1; done\n");
        Put("20-next", $"#!/bin/sh\n>'{_directory.At("ran")}'\n");
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var running = RunAsync(over.Token);
        await Eventually.IsTrueAsync(() => File.Exists(_directory.At("hangs")), "the hook runs");
        await over.CancelAsync();
        Assert.Equal([("10-hangs", HookFailure.TimedOut), ("20-next", HookFailure.NotRun)], (await running).Select(failure => (failure.Name, failure.Reason)));
        File.Delete(_directory.At("hangs"));
        Assert.False(File.Exists(_directory.At("ran")));
    }

    /// <summary>Tests run with variables of their own, such as those of the runtime.</summary>
    [Fact]
    public async Task A_hook_gets_no_variable_but_its_own_and_what_is_the_same_for_all()
    {
        Put("10-env", $"#!/bin/sh\ntr '\\0' '\\n' </proc/self/environ >'{_directory.At("environment")}'\n");
        Assert.Empty(await RunAsync(Cancel));
        var inherited = (await File.ReadAllLinesAsync(_directory.At("environment"), Cancel)).Select(line => line.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]);
        Assert.Equal(["HOME", "LANG", "PATH"], inherited.Keys.Where(name => !name.StartsWith("K2HDKC_", StringComparison.Ordinal) && name is not ("PWD" or "SHLVL" or "_")).Order(StringComparer.Ordinal));
        Assert.Equal(("/root", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), (inherited["HOME"], inherited["PATH"]));
    }

    private Task<IReadOnlyList<HookFailure>> RunAsync(CancellationToken cancel) => new HookRunner(_said.Add).RunAsync(HookDirectory.List(_directory.Root), cancel);

    private void Put(string name, string text) =>
        File.SetUnixFileMode(TempDirectory.PutAt(Path.Join(_directory.Root.Agent.HooksDirectory, name), text), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
}
