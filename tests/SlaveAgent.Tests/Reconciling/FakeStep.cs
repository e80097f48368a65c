using SlaveAgent.Reconciling;

namespace SlaveAgent.Tests.Reconciling;

/// <summary>A step that does what the test says.</summary>
internal sealed class FakeStep(Steps kind, bool asksK2hr3, Func<CancellationToken, Task<StepOutcome>> run) : IStep
{
    public static readonly StepOutcome Fine = new StepOutcome.Unchanged("fine");

    public FakeStep(Steps kind, bool asksK2hr3, Func<StepOutcome>? run = null)
        : this(kind, asksK2hr3, _ => Task.FromResult(run?.Invoke() ?? Fine))
    {
    }

    public Steps Kind => kind;

    public string Name => kind.ToString();

    public bool AsksK2hr3 => asksK2hr3;

    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    public int Runs { get; private set; }

    public Task<StepOutcome> RunAsync(CancellationToken cancel)
    {
        Runs++;
        return run(cancel);
    }

    /// <summary>The pipeline as it is, with nothing behind it.</summary>
    public static IReadOnlyList<FakeStep> Pipeline() =>
    [
        new(Steps.RegisterHost, true), new(Steps.InstallPackages, true), new(Steps.WriteConfiguration, true),
        new(Steps.StartServices, false), new(Steps.VerifyConnection, false),
    ];
}
