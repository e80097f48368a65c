using SlaveAgent.Reconciling;

namespace SlaveAgent.Tests.Support;

/// <summary>A controller that does what the test says, in the lane of the real one of its kind.</summary>
internal sealed class FakeController(ControllerKinds kind, Func<CancellationToken, Task<Outcome>> run) : IController
{
    public static readonly Outcome Fine = new Outcome.Unchanged("fine");

    public FakeController(ControllerKinds kind, Func<Outcome>? run = null)
        : this(kind, _ => Task.FromResult(run?.Invoke() ?? Fine))
    {
    }

    public ControllerKinds Kind => kind;

    public string Name => kind.ToString();

    public Lane Lane => kind switch
    {
        ControllerKinds.Registration or ControllerKinds.Role or ControllerKinds.Configuration => Lane.K2hr3,
        ControllerKinds.Packages => Lane.Packages,
        ControllerKinds.OwnName => Lane.OwnName,
        ControllerKinds.Services => Lane.Services,
        ControllerKinds.Ready => Lane.Ready,
        ControllerKinds.Hooks => Lane.Hooks,
        _ => Lane.Connection,
    };

    public TimeSpan WatchdogLimit { get; init; } = TimeSpan.FromMinutes(1);

    public int Runs { get; private set; }

    public Task<Outcome> RunAsync(CancellationToken cancel)
    {
        Runs++;
        return run(cancel);
    }

    /// <summary>One of each kind, with nothing behind them.</summary>
    public static IReadOnlyList<FakeController> All() => [.. Enum.GetValues<ControllerKinds>()
        .Where(kind => kind is not (ControllerKinds.None or ControllerKinds.All))
        .Select(kind => new FakeController(kind))];
}
