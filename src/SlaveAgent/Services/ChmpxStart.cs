using SlaveAgent.Files;

namespace SlaveAgent.Services;

/// <summary>The last start of chmpx's unit in this boot, kept for the next one.</summary>
/// <param name="AtMilliseconds">By the monotonic clock, which nobody sets.</param>
/// <param name="DelayMilliseconds">What was waited before it.</param>
/// <param name="Configuration">The file it started with; null when there was none.</param>
public sealed record ChmpxStart(long AtMilliseconds, long DelayMilliseconds, FileVersion? Configuration)
{
    public TimeSpan At => TimeSpan.FromMilliseconds(AtMilliseconds);

    public TimeSpan Delay => TimeSpan.FromMilliseconds(DelayMilliseconds);
}
