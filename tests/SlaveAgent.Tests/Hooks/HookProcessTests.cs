using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using SlaveAgent.Files;
using SlaveAgent.Hooks;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;
using SlaveAgent.Sandbox.Scenario;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Hooks;

/// <summary>Hooks without systemd: the controller with the agent's own command as its child.</summary>
public sealed class HookProcessTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static AgentStatus Connected => new()
    {
        Connection = new Fact(ConnectionStates.Connected, Reasons.AsDesired, "-", null),
        Control = new Fact(ControlStates.Current, Reasons.AsDesired, "-", null),
        Servers = new ServersStatus(0, 0, 0, []),
        Generation = new GenerationStatus("-", 1, 1, 1, []),
    };

    public HookProcessTests() => _time.Advance(TimeSpan.FromMinutes(1));

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_run_of_an_agent_that_ended_is_waited_for_by_the_next_one_and_comes_once()
    {
        Put("10-waits", $"echo \"$K2HDKC_EVENT\" >>'{_directory.At("told")}'; while [ ! -e '{_directory.At("go")}' ]; do sleep 0.05; done");
        await RunAsync(Make(), () => File.Exists(_directory.At("told")));

        // The next agent finds it at work.
        var next = Make();
        Assert.Equal(Reasons.HooksRunning, (await next.RunAsync(Cancel)).Reason);
        _directory.Put("go", string.Empty);
        await RunAsync(next, () => next.Last?.Result == HookResults.Done);
        Assert.Equal("generation\n", await File.ReadAllTextAsync(_directory.At("told"), Cancel));
    }

    [Fact]
    public async Task A_run_that_was_killed_with_its_agent_comes_again_and_one_that_is_killed_alone_has_failed()
    {
        new HookRun((long)_time.GetElapsedTime(0).TotalMilliseconds, new HookFacts(ConnectionStates.Connected, 1, []), HookPlan.GenerationEvent, _time.GetUtcNow()).Save(_directory.Root);
        Put("10-ends-its-parent", $"[ -e '{_directory.At("again")}' ] || {{ >'{_directory.At("again")}'; kill -KILL $PPID; }}");
        var controller = Make();
        await RunAsync(controller, () => controller.Last?.Result == HookResults.Failed);
        Assert.True(File.Exists(_directory.At("again")));
    }

    [Fact]
    public async Task When_the_time_is_over_what_runs_is_killed_with_its_children_and_is_named()
    {
        Put("10-hangs", $"sleep 600 & echo $! >'{_directory.At("child")}'; wait");
        using var run = RunHooks("15s");
        await run.WaitForExitAsync(Cancel);
        Assert.Equal(1, run.ExitCode);
        var child = int.Parse(await File.ReadAllTextAsync(_directory.At("child"), Cancel), CultureInfo.InvariantCulture);
        await Eventually.IsTrueAsync(() => !Posix.IsAlive(child), "the hook's child is left");
        Assert.Equal([("10-hangs", HookFailure.TimedOut)], HookEnd.Find(_directory.Root, 7)!.Failed.Select(failure => (failure.Name, failure.Reason)));
    }

    [Fact]
    public async Task A_run_that_a_signal_ends_leaves_nothing_told()
    {
        Put("10-hangs", $">'{_directory.At("up")}'; exec sleep 600");
        using var run = RunHooks("10m");
        await Eventually.IsTrueAsync(() => File.Exists(_directory.At("up")), "the hook does not start");
        using var kill = Process.Start("kill", ["-TERM", run.Id.ToString(CultureInfo.InvariantCulture)]);
        await run.WaitForExitAsync(Cancel);
        Assert.Equal(75, run.ExitCode);
        Assert.Null(HookEnd.Find(_directory.Root, 7));
    }

    [Fact]
    public async Task A_run_that_told_nothing_comes_again()
    {
        Put("10-any", "exit 0");
        var once = _directory.Put("once", $"#!/bin/sh\n[ -e '{_directory.At("again")}' ] && exec '{AgentProgram.DefaultPath}' \"$@\"\n>'{_directory.At("again")}'; exit 75\n");
        File.SetUnixFileMode(once, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var controller = Make(once);
        await RunAsync(controller, () => controller.Last is { Result: not HookResults.Running });
        Assert.Equal(HookResults.Done, controller.Last!.Result);
    }

    [Fact]
    public async Task One_that_cannot_be_started_is_reported()
    {
        Put("10-any", "exit 0");
        var controller = new HookController(() => Connected, new NoSystemd("-"), _directory.Root, _time, new HookProcess(_directory.Root, _directory.At("no-such-program")));
        Outcome outcome;
        do
        {
            outcome = await controller.RunAsync(Cancel);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        while (outcome is Outcome.Waiting);

        Assert.Equal(Reasons.HooksNotStarted, Assert.IsType<Outcome.Failed>(outcome).Reason);
    }

    private HookController Make(string? program = null) => new(() => Connected, new NoSystemd("-"), _directory.Root, _time, new HookProcess(_directory.Root, program ?? AgentProgram.DefaultPath));

    private async Task RunAsync(HookController controller, Func<bool> isDone) => await Eventually.IsTrueAsync(
        async () =>
        {
            await controller.RunAsync(Cancel);
            _time.Advance(TimeSpan.FromMilliseconds(100));
            return isDone();
        },
        "the run ends");

    /// <summary>The command as the daemon starts it, of its seventh run.</summary>
    private Process RunHooks(string limit) => Process.Start(
        new ProcessStartInfo(AgentProgram.DefaultPath, ["run-hooks", "--root", _directory.Path, "--limit", limit]) { Environment = { ["K2HDKC_RUN"] = "7" } })!;

    private void Put(string name, string script)
    {
        var path = TempDirectory.PutAt(Path.Join(_directory.Root.Agent.HooksDirectory, name), $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
