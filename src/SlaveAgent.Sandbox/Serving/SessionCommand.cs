using System.Globalization;
using SlaveAgent.Sandbox.K2hr3;

namespace SlaveAgent.Sandbox.Serving;

/// <summary>One request of a person, from the terminal or the page.</summary>
internal sealed record SessionCommand(SessionVerb Verb)
{
    public const string Help =
        """
          grow [N]               N servers join the cluster (default 1)
          shrink [N]             N servers leave it (default 1)
          lose                   a server fails; K2HR3 still lists it
          power-off              a server loses power, and nobody is told
          replace                new servers take the place of failed ones
          restore                restore from backup: all servers are new
          outage SECONDS [HOW]   K2HR3 fails; HOW is stopped (default), store-paused,
                                 store-cut-off, store-gone, mid-request, slow or
                                 status:503; outage 0 ends it
          cut [SECONDS]          the slave's network is cut (default 10 s), and the
                                 servers come back one after another
          pause                  the agent observes, and changes nothing
          resume                 the agent goes on
          regenerate             the agent queries K2HR3 and writes its configuration
          status                 what the agent reports
          help                   this list
          quit                   end everything
        """;

    private const int LongestSeconds = 3600;

    private static readonly TimeSpan CutTime = TimeSpan.FromSeconds(10);

    private static readonly Dictionary<string, SessionVerb> Verbs = new(StringComparer.OrdinalIgnoreCase)
    {
        ["grow"] = SessionVerb.Grow,
        ["shrink"] = SessionVerb.Shrink,
        ["lose"] = SessionVerb.Lose,
        ["power-off"] = SessionVerb.PowerOff,
        ["replace"] = SessionVerb.Replace,
        ["restore"] = SessionVerb.Restore,
        ["outage"] = SessionVerb.Outage,
        ["cut"] = SessionVerb.Cut,
        ["pause"] = SessionVerb.Pause,
        ["resume"] = SessionVerb.Resume,
        ["regenerate"] = SessionVerb.Regenerate,
        ["status"] = SessionVerb.Status,
        ["help"] = SessionVerb.Help,
        ["?"] = SessionVerb.Help,
        ["quit"] = SessionVerb.Quit,
        ["exit"] = SessionVerb.Quit,
        ["q"] = SessionVerb.Quit,
    };

    /// <summary>Servers, for grow and shrink.</summary>
    public int Count { get; private init; } = 1;

    /// <summary>Of an outage (zero ends it) and of a cut.</summary>
    public TimeSpan Length { get; private init; }

    public Outage Outage { get; private init; } = Outage.None;

    /// <summary>As it was given, with single spaces.</summary>
    public string Line { get; private init; } = "";

    /// <summary>It only shows something.</summary>
    public bool IsQuestion => Verb is SessionVerb.Status or SessionVerb.Help or SessionVerb.Quit;

    /// <summary>Null for an empty line.</summary>
    /// <exception cref="FormatException">The line is none; the message says why.</exception>
    public static SessionCommand? Parse(string line)
    {
        string[] words = [.. line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(Printable)];
        if (words is not [var name, .. var rest])
        {
            return null;
        }
        if (!Verbs.TryGetValue(name, out var verb))
        {
            throw new FormatException($"There is no command '{name}'; 'help' lists them.");
        }
        var command = new SessionCommand(verb) { Line = string.Join(' ', words) };
        return (verb, rest) switch
        {
            (SessionVerb.Grow or SessionVerb.Shrink, [var count]) => command with { Count = Servers(count) },
            (SessionVerb.Outage, []) => throw new FormatException("outage needs to know for how many seconds, as in 'outage 20'; 'outage 0' ends one."),
            (SessionVerb.Outage, [var seconds, .. { Length: <= 1 } how]) => command with { Length = Seconds(seconds, 0), Outage = Outage.Parse(how is [var mode] ? mode : "stopped") },
            (SessionVerb.Cut, []) => command with { Length = CutTime },
            (SessionVerb.Cut, [var seconds]) => command with { Length = Seconds(seconds, 1) },
            (_, []) => command,
            _ => throw new FormatException($"{name} does not take '{rest[^1]}'; 'help' shows what each command takes."),
        };
    }

    /// <summary>What a terminal would obey, such as an arrow key's sequence, becomes text.</summary>
    private static string Printable(string word) => string.Concat(word.Select(letter =>
        char.GetUnicodeCategory(letter) is UnicodeCategory.Control or UnicodeCategory.Format ? $"\\u{(int)letter:x4}" : $"{letter}"));

    private static int Servers(string word)
    {
        if (!word.All(char.IsAsciiDigit) || word.All(digit => digit == '0'))
        {
            throw new FormatException($"'{word}' is no number of servers; it has to be a whole number from 1 on.");
        }
        // What does not fit into an int is refused for the cluster's size.
        return int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : int.MaxValue;
    }

    private static TimeSpan Seconds(string word, int least) =>
        double.TryParse(word, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds >= least && seconds <= LongestSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException($"'{word}' is no number of seconds; it has to be from {least} to {LongestSeconds}.");
}
