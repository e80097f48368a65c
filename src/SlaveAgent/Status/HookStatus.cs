using System.Text.Json.Serialization;

namespace SlaveAgent.Status;

/// <summary>The last run of the hooks.</summary>
/// <param name="Event"><c>connection</c> or <c>generation</c>.</param>
/// <param name="State">What they were told: one of <see cref="ConnectionStates"/>.</param>
/// <param name="Generation">And the generation that was last connected; null while there was none.</param>
/// <param name="At">When it began.</param>
/// <param name="Result">One of <see cref="HookResults"/>.</param>
/// <param name="Message">Of a failure that is no single hook's, for people; null where there is none.</param>
public sealed record HookStatus(string Event, string State, int? Generation, DateTimeOffset At, string Result, string? Message, IReadOnlyList<HookFailure> Failed)
{
    /// <summary>What failed, for people; null where nothing did.</summary>
    [JsonIgnore]
    public string? Why => Message ?? (Failed.Count > 0 ? string.Join("; ", Failed) : null);
}
