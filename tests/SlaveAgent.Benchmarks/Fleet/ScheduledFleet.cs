using SlaveAgent.Reconciling;
using SlaveAgent.Settings;

namespace SlaveAgent.Benchmarks.Fleet;

/// <summary>What happens to fleets as a whole, each a pure function of its numbers; the settings are the defaults.</summary>
internal sealed class ScheduledFleet
{
    /// <summary>Requests that K2HR3 works on at a time while it is well.</summary>
    public const int AtATime = 4;

    private static readonly RetrySettings Retry = RetrySettings.From(new SettingsValues());
    private static readonly WatchSettings Watch = WatchSettings.From(new SettingsValues());

    private readonly VirtualTime _time = new();
    private readonly QueuedK2hr3 _k2hr3;
    private readonly List<PaceMemory> _memories;
    private List<ScheduledHost> _hosts = [];

    public ScheduledFleet(int slaves)
    {
        _k2hr3 = new QueuedK2hr3(_time, AtATime);
        _memories = [.. Enumerable.Range(0, slaves).Select(_ => new PaceMemory(null))];
    }

    public QueuedK2hr3 K2hr3 => _k2hr3;

    /// <summary>Launched one after the other, at a pace that K2HR3 can follow, and then left alone until they have settled into their intervals.</summary>
    /// <param name="alone">For how many minutes; which moment of a fleet's swings it is makes a difference.</param>
    public ScheduledFleet Settled(int alone = 20)
    {
        Start(QueuedK2hr3.WorkTime * 7 * 2 / _k2hr3.AtATime * _memories.Count, isConfigured: false);
        Pass(TimeSpan.FromMinutes(alone));
        return this;
    }

    /// <summary>All hosts start within this time, whatever ran on them before.</summary>
    public void Start(TimeSpan within, bool isConfigured)
    {
        var random = new Random(1);
        _hosts.ForEach(host => host.IsEnded = true);
        _hosts = [];
        foreach (var (number, memory) in _memories.Index())
        {
            _time.After(within * random.NextDouble(), () => Launch(number, isConfigured, memory));
        }

        Pass(within);
    }

    /// <summary>Launches so many further ones, that have nothing yet.</summary>
    public IReadOnlyList<ScheduledHost> Add(int slaves)
    {
        var before = _hosts.Count;
        for (var number = 0; number < slaves; number++)
        {
            Launch(before + number, isConfigured: false, memory: null);
        }

        return _hosts[before..];
    }

    /// <summary>All hosts lose their power.</summary>
    public void End() => _hosts.ForEach(host => host.IsEnded = true);

    /// <summary>A person sends SIGHUP to all hosts.</summary>
    public void HangUp() => _hosts.ForEach(host => host.RunNow());

    public void Pass(TimeSpan time) => _time.Pass(time);

    /// <summary>From now on: how long it takes until K2HR3 has answered all hosts, and how many answers came too late meanwhile.</summary>
    /// <param name="watched">How long that is watched.</param>
    public FleetCount Count(TimeSpan watched)
    {
        var (from, late) = (_time.Now, _k2hr3.Late);
        _k2hr3.LongestQueue = 0;
        var heard = new Dictionary<ScheduledHost, TimeSpan>();
        while (_time.Now < from + watched)
        {
            Pass(TimeSpan.FromSeconds(1));
            foreach (var host in _hosts.Where(host => host.AnsweredAt > from))
            {
                heard.TryAdd(host, _time.Now - from);
            }
        }

        return new FleetCount(
            heard.Count, heard.Values.DefaultIfEmpty().Max(), _hosts.Count(host => host.ConfiguredAt is not null), _k2hr3.Late - late, _k2hr3.LongestQueue);
    }

    private void Launch(int number, bool isConfigured, PaceMemory? memory)
    {
        var host = new ScheduledHost(_time, _k2hr3, Retry, Watch, new Random(100_000 + number), isConfigured, memory);
        _hosts.Add(host);
        host.Go();
    }
}
