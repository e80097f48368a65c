using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;

namespace SlaveAgent.Sandbox.Viewing;

/// <summary>What there is to see: the world as it is, what is under way, and what happened, each new to everybody who watches as it comes.</summary>
internal sealed class Feed(TimeProvider time)
{
    private const int KeptEntries = 200;
    private const int KeptEvents = 1000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    private readonly Lock _gate = new();
    private readonly List<FeedEntry> _entries = [];
    private readonly List<Channel<FeedEvent>> _watching = [];
    private string? _world;
    private Activity _activity = new(null, null);
    private int _next = 1;

    /// <summary>So many watch.</summary>
    public int Watchers
    {
        get
        {
            lock (_gate)
            {
                return _watching.Count;
            }
        }
    }

    /// <summary>Everything that there is now, then "ready", then everything new. Who reads too slowly misses the oldest.</summary>
    public async IAsyncEnumerable<FeedEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateBounded<FeedEvent>(new BoundedChannelOptions(KeptEvents) { FullMode = BoundedChannelFullMode.DropOldest });
        List<FeedEvent> now;
        lock (_gate)
        {
            now =
            [
                new("restart", "{}"), .. _world is { } world ? (FeedEvent[])[new("world", world)] : [],
                new("activity", Write(_activity)), .. _entries.Select(entry => new FeedEvent("entry", Write(entry))),
            ];
            _watching.Add(channel);
        }
        try
        {
            foreach (var old in now)
            {
                yield return old;
            }
            yield return new("ready", "{}");
            await foreach (var news in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return news;
            }
        }
        finally
        {
            lock (_gate)
            {
                _watching.Remove(channel);
            }
        }
    }

    public void Show(WorldView world)
    {
        var text = Write(world);
        lock (_gate)
        {
            if (text != _world)
            {
                _world = text;
                Tell(new("world", text));
            }
        }
    }

    /// <param name="id">Of the entry whose place this one takes; null: a new one.</param>
    public void Add(EntryKind kind, string text, string? id = null, DateTimeOffset? at = null)
    {
        lock (_gate)
        {
            var entry = new FeedEntry(id ?? string.Create(CultureInfo.InvariantCulture, $"n{_next++}"), at ?? time.GetUtcNow(), kind, text);
            var old = _entries.FindIndex(other => other.Id == entry.Id);
            if (old >= 0)
            {
                _entries[old] = entry;
            }
            else
            {
                _entries.Add(entry);
            }
            if (_entries.Count > KeptEntries)
            {
                _entries.RemoveAt(0);
            }
            Tell(new("entry", Write(entry)));
        }
    }

    /// <param name="command">Null: nothing is under way.</param>
    public void Begin(string? command) => Change(new Activity(command, null));

    public void Progress(string? text)
    {
        lock (_gate)
        {
            Change(_activity with { Progress = text });
        }
    }

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, Json);

    private void Change(Activity next)
    {
        lock (_gate)
        {
            if (next != _activity)
            {
                _activity = next;
                Tell(new("activity", Write(next)));
            }
        }
    }

    private void Tell(FeedEvent news) => _watching.ForEach(channel => channel.Writer.TryWrite(news));
}
