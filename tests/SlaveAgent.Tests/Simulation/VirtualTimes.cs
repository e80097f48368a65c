using SlaveAgent.Benchmarks.Fleet;

namespace SlaveAgent.Tests.Simulation;

internal static class VirtualTimes
{
    public static Task Delay(this VirtualTime time, TimeSpan delay, CancellationToken cancel = default) => Task.Delay(delay, time, cancel);
}
