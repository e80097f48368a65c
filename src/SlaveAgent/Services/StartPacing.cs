using SlaveAgent.Files;

namespace SlaveAgent.Services;

/// <summary>
/// How long to wait before chmpx is started again. systemd restarts it 200 ms after each end, for a lost chmpx is an outage; a chmpx that cannot run
/// would then be started five times a second for ever, and systemd 252 has no RestartSteps=.
/// </summary>
public static class StartPacing
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);

    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>
    /// A start that held this long was none that failed. Not less, because each chmpx that comes back costs every server's event loop about 0.7 ms for
    /// each slave of the ring: 150 slaves that come back once a minute keep a server busy for a quarter of the time.
    /// </summary>
    public static readonly TimeSpan LongRun = TimeSpan.FromSeconds(60);

    /// <param name="last">Null when none is known in this boot.</param>
    /// <param name="now">By the same clock as <see cref="ChmpxStart.At"/>.</param>
    /// <param name="restarts">Automatic ones since somebody asked for a start; null when systemd does not say.</param>
    /// <param name="configuration">The file in place; chmpx has not failed on another one yet.</param>
    public static TimeSpan DelayBefore(ChmpxStart? last, TimeSpan now, int? restarts, FileVersion? configuration)
    {
        if (last is null || restarts == 0 || configuration != last.Configuration || now < last.At || now - last.At >= LongRun)
        {
            return TimeSpan.Zero;
        }

        var next = last.Delay * 2;
        return next < First ? First : next > Longest ? Longest : next;
    }
}
