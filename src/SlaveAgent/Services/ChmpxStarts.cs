using System.Globalization;
using SlaveAgent.Files;
using SlaveAgent.Hosting;
using SlaveAgent.Reconciling;

namespace SlaveAgent.Services;

/// <summary>Holds up the next start of chmpx's unit for as long as <see cref="StartPacing"/> says, and remembers it.</summary>
public sealed class ChmpxStarts(HostRoot root, Systemctl systemctl, TimeProvider time)
{
    /// <summary>Between two observations of the configuration: a new one ends the wait.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <param name="unit">chmpx's.</param>
    /// <param name="iniPath">The configuration that it starts with, without the root.</param>
    /// <param name="say">Takes a sentence for the unit's log when there is something to wait for.</param>
    public async Task WaitAsync(string unit, string iniPath, Action<string> say, CancellationToken cancel)
    {
        var path = root.Agent.ChmpxStart;
        var last = StateFile.TryLoad(path, ServicesJson.Default.ChmpxStart);
        var restarts = await systemctl.ShowAsync([unit], cancel) is { } shown && shown.TryGetValue(unit, out var status) ? status.Restarts : (int?)null;
        var configuration = VersionOf(iniPath);
        var delay = StartPacing.DelayBefore(last, Now, restarts, configuration);
        if (delay > TimeSpan.Zero)
        {
            say(string.Create(
                CultureInfo.InvariantCulture,
                $"{unit} ended {(Now - last!.At).TotalSeconds:0.0} s after its last start; it is started again in {delay.TotalSeconds:0.#} s, or when {iniPath} changes"));
        }

        for (var end = Now + delay; Now < end && VersionOf(iniPath) == configuration;)
        {
            await Task.Delay(Min(Interval, end - Now), time, cancel);
        }

        StateFile.Save(path, new ChmpxStart((long)Now.TotalMilliseconds, (long)delay.TotalMilliseconds, VersionOf(iniPath)), ServicesJson.Default.ChmpxStart);
    }

    /// <summary>Whole milliseconds, as a delay is counted: of less, nothing could be waited for.</summary>
    private TimeSpan Now => TimeSpan.FromMilliseconds(time.GetTimestamp() / (time.TimestampFrequency / 1000));

    private FileVersion? VersionOf(string iniPath) => FileStatus.OfTarget(root.At(iniPath))?.Version;

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
