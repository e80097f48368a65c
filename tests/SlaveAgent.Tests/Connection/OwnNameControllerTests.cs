using SlaveAgent.Chmpx;
using SlaveAgent.Configuration;
using SlaveAgent.Connection;
using SlaveAgent.Identity;
using SlaveAgent.Reconciling;
using SlaveAgent.Ring;
using SlaveAgent.Status;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Connection;

public sealed class OwnNameControllerTests : IDisposable
{
    private static readonly OwnNameVerdict Refused = new(OwnNameCode.NotResolved, "NAME slv1 does not resolve");
    private static readonly OwnNameVerdict Right = new(OwnNameCode.Own, "NAME slv1 is this host's");

    private readonly TempDirectory _directory = new();
    private readonly RingMemory _ring = new();
    private readonly ConfigurationFile _file;
    private readonly List<string> _asked = [];
    private Task<OwnNameVerdict> _answer = Task.FromResult(Refused);

    public OwnNameControllerTests()
    {
        _file = new ConfigurationFile(_directory.Root, "/k2hdkc.ini", UnixFileMode.UserRead | UnixFileMode.UserWrite, 0, TimeProvider.System);
        PutFile("slv1");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void It_waits_for_the_resolver_in_a_lane_of_its_own()
    {
        var controller = Make();
        Assert.Equal((ControllerKinds.OwnName, Lane.OwnName), (controller.Kind, controller.Lane));
        Assert.False(((IController)controller).AsksK2hr3);
    }

    [Fact]
    public async Task A_name_that_is_not_this_hosts_is_why_chmpx_does_not_answer_and_is_judged_again_each_time()
    {
        var controller = Make();
        Assert.Equal(Reasons.OwnNameRefused, Assert.IsType<Outcome.Failed>(await controller.RunAsync(Cancel)).Reason);
        Assert.Equal(Reasons.OwnNameRefused, (await controller.RunAsync(Cancel)).Reason);

        _answer = Task.FromResult(Right);
        var outcome = Assert.IsType<Outcome.NothingToDo>(await controller.RunAsync(Cancel));
        Assert.NotNull(outcome.RecheckAfter);
        Assert.Equal(["slv1", "slv1", "slv1"], _asked);
    }

    [Fact]
    public async Task Where_chmpx_answers_it_is_right_and_nobody_is_asked()
    {
        var controller = Make();
        await controller.RunAsync(Cancel);
        _ring.Note(new RingView(1, []));
        var outcome = Assert.IsType<Outcome.NothingToDo>(await controller.RunAsync(Cancel));
        Assert.Equal((Reasons.NotApplicable, null), (outcome.Reason, outcome.RecheckAfter));
        Assert.Single(_asked);
    }

    [Fact]
    public async Task What_was_said_of_another_name_says_nothing_of_this_one()
    {
        var controller = Make();
        var judge = Judge();
        await judge.JudgeAsync(Cancel);
        Assert.Equal(OwnNameCode.NotResolved, judge.Refusal?.Code);
        PutFile("another");
        Assert.Null(judge.Refusal);

        _answer = Task.FromResult(Right);
        Assert.IsType<Outcome.NothingToDo>(await controller.RunAsync(Cancel));
        Assert.Equal("another", _asked[^1]);
    }

    [Fact]
    public async Task Without_a_configuration_there_is_no_name_to_judge()
    {
        File.Delete(_directory.At("k2hdkc.ini"));
        _file.Refresh();
        Assert.NotNull(Assert.IsType<Outcome.NothingToDo>(await Make().RunAsync(Cancel)).RecheckAfter);
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task A_resolver_that_hangs_holds_up_its_own_run_only_and_is_not_asked_beside()
    {
        var hanging = new TaskCompletionSource<OwnNameVerdict>();
        _answer = hanging.Task;
        var running = Make().RunAsync(Cancel);
        Assert.False(running.IsCompleted);
        Assert.Single(_asked);
        hanging.SetResult(Refused);
        Assert.Equal(Reasons.OwnNameRefused, (await running).Reason);
    }

    private void PutFile(string name)
    {
        _directory.Put("k2hdkc.ini", SampleIni.Text.Replace("slv1", name, StringComparison.Ordinal).Replace($"cuk-{name}", "cuk-slv1", StringComparison.Ordinal));
        _file.Refresh();
    }

    private OwnNameController Make() => new(Judge());

    private OwnNameJudge Judge() => new(
        _file,
        _ring,
        (name, _) =>
        {
            _asked.Add(name);
            return _answer;
        });
}
