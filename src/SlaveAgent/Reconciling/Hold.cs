using SlaveAgent.Files;

namespace SlaveAgent.Reconciling;

/// <summary>A person's order to leave something alone for a while; it outlives restarts and reboots, and ends by itself.</summary>
/// <param name="Until">By this host's clock; null: until a person ends it.</param>
/// <param name="Why">In that person's words; null where none were given.</param>
public sealed record Hold(HoldKind Kind, DateTimeOffset Since, DateTimeOffset? Until, string? Why)
{
    /// <summary>Of <see cref="HoldKind.Held"/>: the generation that was gone back to.</summary>
    public int? Generation { get; init; }

    /// <summary>Its configuration, kept here because copies of generations are removed after a while.</summary>
    public string? Configuration { get; init; }

    /// <summary>Of <see cref="HoldKind.Paused"/>: the hold of the configuration that goes on when the pause is over; null where there is none.</summary>
    public Hold? Held { get; init; }

    public string Reason => Kind == HoldKind.Paused ? Reasons.Paused : Reasons.Held;

    /// <returns>What of it is in force then; null once all of it is over.</returns>
    public Hold? At(DateTimeOffset now)
    {
        var held = Held?.At(now);
        return now >= Until ? held : ReferenceEquals(held, Held) ? this : this with { Held = held };
    }

    /// <summary>For a message.</summary>
    public override string ToString() => $"{What()}{(Held is null ? string.Empty : $", and {Held.What()}")}; k2hdkc-slave-agent resume ends that";

    private string What()
    {
        var what = Kind == HoldKind.Paused ? "the agent is paused" : $"the configuration is held at generation {Generation}";
        var until = Until is { } end ? $" until {LocalTime.Text(end)}" : string.Empty;
        return $"{what}{until}{(Why is null ? string.Empty : $" ({Why})")}";
    }
}
