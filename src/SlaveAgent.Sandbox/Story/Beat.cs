using System.Diagnostics;

namespace SlaveAgent.Sandbox.Story;

/// <summary>The time of one beat.</summary>
internal sealed class Beat
{
    private readonly Stopwatch watch = Stopwatch.StartNew();

    public TimeSpan Time => watch.Elapsed;

    /// <summary>What was before was only preparation.</summary>
    public void BeginsNow() => watch.Restart();

    /// <summary>What comes after is only checking.</summary>
    public void EndsNow() => watch.Stop();
}
