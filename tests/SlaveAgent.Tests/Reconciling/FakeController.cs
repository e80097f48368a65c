using SlaveAgent.Reconciling;

namespace SlaveAgent.Tests.Reconciling;

/// <summary>A step that does what the test says.</summary>
internal sealed class FakeController(ControllerKinds kind, bool asksK2hr3, Func<CancellationToken, Task<Outcome>> run) : IController
{
    public static readonly Outcome Fine = new Outcome.Unchanged("fine");

    public FakeController(ControllerKinds kind, bool asksK2hr3, Func<Outcome>? run = null)
        : this(kind, asksK2hr3, _ => Task.FromResult(run?.Invoke() ?? Fine))
    {
    }

    public ControllerKinds Kind => kind;

    public string Name => kind.ToString();

    public bool AsksK2hr3 => asksK2hr3;

    public TimeSpan WatchdogLimit { get; init; } = TimeSpan.FromMinutes(1);

    public int Runs { get; private set; }

    public Task<Outcome> RunAsync(CancellationToken cancel)
    {
        Runs++;
        return run(cancel);
    }

    /// <summary>The pipeline as it is, with nothing behind it.</summary>
    public static IReadOnlyList<FakeController> Pipeline() =>
    [
        new(ControllerKinds.Registration, true), new(ControllerKinds.Packages, true), new(ControllerKinds.Configuration, true),
        new(ControllerKinds.Services, false), new(ControllerKinds.Connection, false),
    ];
}
