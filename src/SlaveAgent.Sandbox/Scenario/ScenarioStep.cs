using System.Diagnostics;

namespace SlaveAgent.Sandbox.Scenario;

/// <summary>Measures the time of one step.</summary>
internal sealed class ScenarioStep
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    public TimeSpan Time => _watch.Elapsed;

    /// <summary>Everything before this call was preparation.</summary>
    public void StartTiming() => _watch.Restart();

    /// <summary>Everything after this call is verification.</summary>
    public void StopTiming() => _watch.Stop();
}
