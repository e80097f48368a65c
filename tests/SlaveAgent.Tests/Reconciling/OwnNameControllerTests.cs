using SlaveAgent.Chmpx;
using SlaveAgent.Identity;
using SlaveAgent.Reconciling;
using SlaveAgent.Tests.Support;

namespace SlaveAgent.Tests.Reconciling;

public sealed class OwnNameControllerTests : IDisposable
{
    private static readonly OwnNameVerdict Refused = new(OwnNameCode.NotResolved, "NAME slv1 does not resolve");

    private readonly TempDirectory _directory = new();
    private readonly RingMemory _ring = new();
    private readonly ListLog _log = new();
    private readonly ConfigurationFile _file;
    private readonly List<string> _asked = [];
    private Task<OwnNameVerdict> _answer = Task.FromResult(Refused);

    public OwnNameControllerTests()
    {
        _directory.Put("k2hdkc.ini", SampleIni.Text);
        _file = new ConfigurationFile(_directory.Root, "/k2hdkc.ini", UnixFileMode.UserRead | UnixFileMode.UserWrite, 0, TimeProvider.System);
        _file.Refresh();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_name_is_judged_before_the_services_are_started_and_told_once_and_they_are_started_all_the_same()
    {
        var judge = Judge();
        var started = 0;
        var start = new OwnNameController(new Inner(ControllerKinds.Services, () =>
        {
            started++;
            Assert.Single(_log.Lines);
            return new Outcome.Unchanged("started");
        }), judge);

        Assert.IsType<Outcome.Unchanged>(await start.RunAsync(Cancel));
        Assert.IsType<Outcome.Unchanged>(await start.RunAsync(Cancel));

        Assert.Equal(2, started);
        Assert.Contains(nameof(OwnNameCode.NotResolved), Assert.Single(_log.Lines), StringComparison.Ordinal);
        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public async Task Where_chmpx_does_not_answer_the_name_is_given_as_the_reason_and_where_it_does_it_is_not()
    {
        var judge = Judge();
        await new OwnNameController(new Inner(ControllerKinds.Services, () => new Outcome.Unchanged("started")), judge).RunAsync(Cancel);
        var verify = new OwnNameController(new Inner(ControllerKinds.Connection, () => new Outcome.Waiting("chmpx does not answer")), judge);

        var outcome = await verify.RunAsync(Cancel);

        Assert.Equal(ReasonCodes.OwnNameRefused, Assert.IsType<Outcome.Waiting>(outcome).Code);
        Assert.Contains(Refused.Message, outcome.Message, StringComparison.Ordinal);
        _ring.Note(new RingView(1, []));
        Assert.Null((await verify.RunAsync(Cancel)).Code);
    }

    [Fact]
    public async Task A_resolver_that_hangs_is_not_waited_for_and_asked_once()
    {
        var hanging = new TaskCompletionSource<OwnNameVerdict>();
        _answer = hanging.Task;
        var start = new OwnNameController(new Inner(ControllerKinds.Services, () => new Outcome.Unchanged("started")), Judge());

        Assert.IsType<Outcome.Unchanged>(await start.RunAsync(Cancel));
        Assert.IsType<Outcome.Unchanged>(await start.RunAsync(Cancel));
        Assert.Single(_asked);

        hanging.SetResult(Refused);
        await start.RunAsync(Cancel);
        Assert.Single(_log.Lines);
    }

    private OwnNameJudge Judge() => new(
        _file,
        _ring,
        (name, _) =>
        {
            _asked.Add(name);
            return _answer;
        },
        TimeProvider.System,
        _log.Logger);

    private sealed class Inner(ControllerKinds kind, Func<Outcome> run) : IController
    {
        public ControllerKinds Kind => kind;

        public string Name => "inner";

        public bool AsksK2hr3 => false;

        public TimeSpan WatchdogLimit => TimeSpan.Zero;

        public Task<Outcome> RunAsync(CancellationToken cancel) => Task.FromResult(run());
    }
}
