using SlaveAgent.Reconciling;

namespace SlaveAgent.Status;

/// <param name="Kind"><c>paused</c> or <c>held</c>.</param>
/// <param name="Generation">Of a held configuration; of a pause the one that stays held when it is over.</param>
/// <param name="Until">Null: until a person ends it.</param>
/// <param name="Why">In that person's words.</param>
public sealed record HoldStatus(string Kind, int? Generation, DateTimeOffset Since, DateTimeOffset? Until, string? Why)
{
    public static HoldStatus Of(Hold hold) => new(hold.Kind == HoldKind.Paused ? "paused" : "held", hold.Generation ?? hold.Held?.Generation, hold.Since, hold.Until, hold.Why);
}
