namespace SlaveAgent.Tests.Support;

/// <summary>Waits for what another process or thread brings about; the limit is for a build machine at its worst, or for mutants that never come about, and never part of a promise.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(Iterations.IsPart ? 10 : 60);

    public static Task IsTrueAsync(Func<bool> condition, string what) => IsTrueAsync(() => Task.FromResult(condition()), what);

    /// <param name="seen">What is there instead, for the message of a failure.</param>
    public static async Task IsTrueAsync(Func<Task<bool>> condition, string what, Func<string>? seen = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Limit, $"never came about: {what}\n{seen?.Invoke()}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
